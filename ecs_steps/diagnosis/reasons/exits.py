"""Containers that exited, by their exit codes: those of a shell, and 128 more than a signal's number."""

from ecs_steps.diagnosis.reasons.reason import FailureReason, exit_reason


def _exit(code: int, *, summary: str, remedy: str) -> FailureReason:
    return exit_reason(name=f"exit-{code}", exit_codes=(code,), summary=summary, remedy=remedy)


EXIT = exit_reason(
    name="exit",
    summary="the program ended with an error code of its own",
    remedy="Read the container's last log lines and look the code up in the program's documentation.",
)
"""Any exit code that has no row of its own."""

EXITS = (
    _exit(
        1,
        summary="the program ended with an error",
        remedy="Read the container's last log lines; most often an environment variable, a secret or a "
        "service that the program needs at its start is missing.",
    ),
    _exit(
        2,
        summary="the program or its shell did not understand how it was called",
        remedy="Check command and entryPoint of the container definition, and the program's arguments.",
    ),
    _exit(
        125,
        summary="Docker itself could not run the container",
        remedy="Check the container definition's user, linuxParameters, devices and volumes.",
    ),
    _exit(
        126,
        summary="the command was found but may not be executed",
        remedy="Make the command executable in the image (chmod +x in the Dockerfile), or let the "
        "container's user run it.",
    ),
    _exit(
        127,
        summary="the command, or a library or interpreter that it needs, is not in the image",
        remedy="Check command and entryPoint against the image's PATH: docker run --rm -it --entrypoint sh "
        "IMAGE.",
    ),
    _exit(
        132,
        summary="the program used an instruction that this CPU does not have (SIGILL)",
        remedy="Build the image's program for a plain {architecture} CPU, without options for newer models.",
    ),
    _exit(
        134,
        summary="the program aborted itself (SIGABRT)",
        remedy="Read the container's last log lines for the failed assertion or allocation.",
    ),
    _exit(
        137,
        summary="the container was killed (SIGKILL), and ECS does not say that memory was the reason",
        remedy="Compare its memory use in Container Insights with its limit, and look whether it ends "
        "within stopTimeout after SIGTERM.",
    ),
    _exit(
        139,
        summary="the program crashed in native code (SIGSEGV)",
        remedy="Suspect a native library: try the base image and library versions of the last good image.",
    ),
    _exit(
        143,
        summary="the program was ended (SIGTERM) by something inside the task, not by ECS",
        remedy="Look for what ends it: a supervisor or entry script that gives up, a timeout command, "
        "another container with a shared process namespace.",
    ),
    _exit(
        255,
        summary="the program ended with -1 or could not be executed at all",
        remedy="Read the container's last log lines; if there are none, check that the image is built for "
        "{platform} and that its entry point exists.",
    ),
    EXIT,
    _exit(
        0,
        summary="the program ended by itself without an error, although the container is essential to a "
        "service that must keep running",
        remedy="Keep the main process in the foreground, or set essential to false if the container is "
        "meant to end.",
    ),
    exit_reason(
        name="essential-container-exited",
        stop_codes=("EssentialContainerExited",),
        summary="an essential container exited, and ECS does not say with which code",
        remedy="Read the last log lines of the task's essential containers.",
    ),
)
