from ecs_steps.octopus.inputs.shared_inputs import image_variable, package_images
from ecs_steps.octopus.variables import Variables


def test_each_package_reference_has_its_image_by_its_name_in_lower_case() -> None:
    variables = {
        "Octopus.Action.Package[Web].Image": "index.docker.io/acme/web:1.4.0",
        "octopus.action.package[log-router].IMAGE": " fluent-bit@sha256:0 ",
        "Octopus.Action.Package[].Image": "acme/unnamed:1",
        "Octopus.Action.Package[a]b].Image": "acme/odd:1",
    }

    assert package_images(Variables(variables)) == {
        "web": "index.docker.io/acme/web:1.4.0",
        "log-router": "fluent-bit@sha256:0",
        "": "acme/unnamed:1",
        "a]b": "acme/odd:1",
    }


def test_what_is_no_image_of_a_package_is_left_out() -> None:
    variables = {
        "Octopus.Action.Package[web].PackageId": "acme/web",
        "Octopus.Action.Package[web].Image.Tag": "1",
        "Octopus.Action[Deploy].Package[web].Image": "acme/other:1",
        "Octopus.Action.Package.Image": "acme/other:1",
        "Octopus.Action.Package[empty].Image": "  ",
    }

    assert package_images(Variables(variables)) == {}


def test_the_variable_of_a_reference_is_where_its_image_is_found() -> None:
    reference = "we\nb"

    assert package_images({image_variable(reference): "acme/web:1"}) == {reference: "acme/web:1"}
