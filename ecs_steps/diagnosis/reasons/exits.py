"""Containers that exited, by their exit codes: those of a shell, and 128 more than a signal's number."""

from ecs_steps.diagnosis.reasons.reason import Family, Rank

EXIT = Family(
    name="exit",
    rank=Rank.EXIT,
    meaning="the program ended with an error code of its own",
    hint="Read the container's last log lines and look the code up in the program's documentation.",
)
"""Any exit code that has no row of its own."""

EXITS = (
    Family(
        name="exit-1",
        rank=Rank.EXIT,
        exit_codes=(1,),
        meaning="the program ended with an error",
        hint="Read the container's last log lines; most often an environment variable, a secret or a service "
        "that the program needs at its start is missing.",
    ),
    Family(
        name="exit-2",
        rank=Rank.EXIT,
        exit_codes=(2,),
        meaning="the program or its shell did not understand how it was called",
        hint="Check command and entryPoint of the container definition, and the program's arguments.",
    ),
    Family(
        name="exit-125",
        rank=Rank.EXIT,
        exit_codes=(125,),
        meaning="Docker itself could not run the container",
        hint="Check the container definition's user, linuxParameters, devices and volumes.",
    ),
    Family(
        name="exit-126",
        rank=Rank.EXIT,
        exit_codes=(126,),
        meaning="the command was found but may not be executed",
        hint="Make the command executable in the image (chmod +x in the Dockerfile), or let the container's "
        "user run it.",
    ),
    Family(
        name="exit-127",
        rank=Rank.EXIT,
        exit_codes=(127,),
        meaning="the command, or a library or interpreter that it needs, is not in the image",
        hint="Check command and entryPoint against the image's PATH: "
        "docker run --rm -it --entrypoint sh IMAGE.",
    ),
    Family(
        name="exit-132",
        rank=Rank.EXIT,
        exit_codes=(132,),
        meaning="the program used an instruction that this CPU does not have (SIGILL)",
        hint="Build the image's program for a plain {architecture} CPU, without options for newer models.",
    ),
    Family(
        name="exit-134",
        rank=Rank.EXIT,
        exit_codes=(134,),
        meaning="the program aborted itself (SIGABRT)",
        hint="Read the container's last log lines for the failed assertion or allocation.",
    ),
    Family(
        name="exit-137",
        rank=Rank.EXIT,
        exit_codes=(137,),
        meaning="the container was killed (SIGKILL), and ECS does not say that memory was the reason",
        hint="Compare its memory use in Container Insights with its limit, and look whether it ends within "
        "stopTimeout after SIGTERM.",
    ),
    Family(
        name="exit-139",
        rank=Rank.EXIT,
        exit_codes=(139,),
        meaning="the program crashed in native code (SIGSEGV)",
        hint="Suspect a native library: try the base image and library versions of the last good image.",
    ),
    Family(
        name="exit-143",
        rank=Rank.EXIT,
        exit_codes=(143,),
        meaning="the program was asked to end (SIGTERM) by something inside the task, not by ECS",
        hint="Look for what ends it: a supervisor or entry script that gives up, a timeout command, another "
        "container with a shared process namespace.",
    ),
    Family(
        name="exit-255",
        rank=Rank.EXIT,
        exit_codes=(255,),
        meaning="the program ended with -1 or could not be executed at all",
        hint="Read the container's last log lines; if there are none, check that the image is built for "
        "{platform} and that its entry point exists.",
    ),
    EXIT,
    Family(
        name="exit-0",
        rank=Rank.EXIT,
        exit_codes=(0,),
        meaning="the program ended by itself without an error, although the container is essential to a "
        "service that must keep running",
        hint="Keep the main process in the foreground, or set essential to false if the container is meant "
        "to end.",
    ),
    Family(
        name="essential-container-exited",
        rank=Rank.EXIT,
        stop_codes=("EssentialContainerExited",),
        meaning="an essential container exited, and ECS does not say with which code",
        hint="Read the last log lines of the task's essential containers.",
    ),
)
