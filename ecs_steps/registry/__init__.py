"""Container registries over HTTP: read an image, copy it by digest, then set its tag.

    source = Repository(parse_reference("registry.example.com/web:1.4.0"), credentials)
    image = read_image(source, "1.4.0")
    copy_image(image, destination)
    destination.set_tag("1.4.0", image.digest)

Nothing here knows AWS: Amazon ECR is a registry whose user is ``AWS`` and whose password is a token.
"""
