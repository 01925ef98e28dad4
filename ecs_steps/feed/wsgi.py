"""The feed for any WSGI server: ``gunicorn ecs_steps.feed.wsgi:application``, set up by the environment."""

from ecs_steps.feed.gateway import environment_gateway, wsgi_application

application = wsgi_application(environment_gateway(has_threads=True).respond)
