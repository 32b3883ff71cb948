"""Commands that need no Blender. Exit codes: 0 done, 2 the input is wrong (one line says what), 1 a defect."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from .commands.exits import DONE, INPUT_WRONG, INTERRUPTED, end_with_error, say_error

app = typer.Typer(
    name="understudy",
    help="Your performance, on any character.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]


@app.command()
def capture(
    video: Annotated[str, typer.Argument(help="A video file, or test:640x480@30/5 for a test picture.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where the take goes [VIDEO's name.take.npz].")
    ] = None,
    no_face: Annotated[bool, typer.Option("--no-face", help="Leave the face out.")] = False,
    no_body: Annotated[bool, typer.Option("--no-body", help="Leave body and hands out.")] = False,
    no_hands: Annotated[bool, typer.Option("--no-hands", help="Leave the fingers out.")] = False,
    start: Annotated[float | None, typer.Option(help="Begin at this second.")] = None,
    end: Annotated[float | None, typer.Option(help="Stop before this second.")] = None,
    fps: Annotated[float | None, typer.Option(help="Frames per second of the take [the video's own].")] = None,
    performer: Annotated[Path | None, typer.Option(help="Their neutral face: see `understudy performer`.")] = None,
    person: Annotated[
        int | None,
        typer.Option(
            "--person",
            "--face",
            help="Whom to capture: 1 is the largest and most central [whoever is most prominent at first].",
        ),
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="One take for each person: NAME.1.take.npz, NAME.2.take.npz, ...")
    ] = False,
    mirror: Annotated[bool, typer.Option("--mirror", help="The video is a mirror image; change it back.")] = False,
    overlay: Annotated[Path | None, typer.Option(help="Also write a video with what was seen drawn on it.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Turn a video into a take."""
    from .capture import CaptureOptions
    from .commands.capture import run_capture

    options = CaptureOptions(
        face=not no_face, body=not no_body, hands=not no_hands, start=start, end=end, fps=fps,
        performer=str(performer) if performer else None, person=person, mirror=mirror,
    )  # fmt: skip
    run_capture(video, out, options, overlay, as_json, everybody)


@app.command()
def speak(
    audio: Annotated[Path, typer.Argument(help="A recording of a voice: wav, mp3, m4a, or a video with sound.")],
    text: Annotated[str | None, typer.Option(help="What is said; sharpens the mouth where it fits the sound.")] = None,
    emotion: Annotated[str | None, typer.Option(help="happiness, sadness, anger, fear, disgust or surprise.")] = None,
    strength: Annotated[float, typer.Option(help="Of the emotion, 0 to 1.")] = 0.6,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The take [AUDIO's name.take.npz].")] = None,
    fps: Annotated[float, typer.Option(help="Frames per second of the take.")] = 30.0,
    seed: Annotated[int | None, typer.Option(help="Of brows, nods, blinks and glances [from the sound].")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a face speak from sound alone."""
    from .commands.speak import run_speak
    from .voice.speak import SpeakOptions

    run_speak(audio, out, SpeakOptions(text, emotion, strength, fps, seed), as_json)


@app.command()
def feel(
    take: Annotated[Path, typer.Argument(help="A .take.npz file with a face.")],
    emotion: Annotated[str, typer.Option(help="neutral, happiness, sadness, anger, fear, disgust or surprise.")] = (
        "neutral"
    ),
    strength: Annotated[float, typer.Option(help="Of the emotion, 0 to 1.")] = 0.6,
    exaggerate: Annotated[float, typer.Option(help="0 calm, 1 as it is, 3 a cartoon.")] = 1.0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The new take [TAKE.EMOTION.take.npz].")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Play a take with another emotion, stronger or calmer; blinks and lip closures stay."""
    from .commands.speak import run_feel

    run_feel(take, out, emotion, strength, exaggerate, as_json)


@app.command()
def generate(
    behaviour: Annotated[str, typer.Option(help="idle, listen, talk or walk.")] = "idle",
    seconds: Annotated[float | None, typer.Option(help="How long [as long as the audio].")] = None,
    emotion: Annotated[str, typer.Option(help="neutral, happiness, sadness, anger, fear, disgust, surprise.")] = (
        "neutral"
    ),
    strength: Annotated[float, typer.Option(help="Of the emotion, 0 to 1.")] = 0.7,
    audio: Annotated[Path | None, typer.Option(help="A voice to talk with: gestures and mouth follow it.")] = None,
    seed: Annotated[int, typer.Option(help="Another number is another performance.")] = 0,
    travel: Annotated[bool, typer.Option("--travel", help="Walk away instead of in place.")] = False,
    onto: Annotated[Path | None, typer.Option(help="A take to complete: gaps, legs, a missing body or face.")] = None,
    amount: Annotated[float, typer.Option(help="With --onto: so much is also added to what was seen, 0 to 1.")] = 0.0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The take [BEHAVIOUR.take.npz].")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a body idle, listen, talk or walk without any footage."""
    from .behaviour.generate import GenerateOptions
    from .commands.speak import run_generate

    options = GenerateOptions(behaviour, seconds, emotion, strength, audio, seed, travel)
    run_generate(options, out, as_json, onto, amount)


@app.command()
def performer(
    video: Annotated[str, typer.Argument(help="A few seconds of the performer at rest, looking at the camera.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="[VIDEO's name.performer.json]")] = None,
) -> None:
    """Measure a performer's neutral face once, for `capture --performer`."""
    from .commands.performer import run_performer

    run_performer(video, out)


@app.command()
def info(
    take: Annotated[Path, typer.Argument(help="A .take.npz file.")],
    as_json: JsonFlag = False,
) -> None:
    """Say what a take holds: its length, parts, quality and warnings."""
    from .commands.info import run_info

    run_info(take, as_json)


@app.command()
def record(
    out: Annotated[Path, typer.Argument(help="The .mp4 to write.")],
    source: Annotated[str, typer.Option(help="camera:0, camera:NAME, or test:640x480@30.")] = "camera:0",
    microphone: Annotated[str | None, typer.Option(help="Name or number of the microphone, or none.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Stop by itself after so long [Ctrl+C stops].")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Record a camera and microphone to a video."""
    from .commands.record import run_record

    run_record(source, microphone, out, seconds, as_json)


@app.command()
def train(
    model: Annotated[str, typer.Argument(help="face, body, voice, emotion, behaviour")],
    config: Annotated[Path | None, typer.Option(help="A TOML file with settings.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="Run the whole way in seconds, on next to nothing.")] = False,
) -> None:
    """Train a model."""
    from .commands.models import run_train

    run_train(model, config, resume, smoke, typer.echo)


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="face, body, voice, emotion, behaviour")],
    peer: Annotated[
        Path | None,
        typer.Option(
            help="What to measure beside it. face: Google's face_landmarker.task; behaviour: the checkpoint.pt of "
            "another run, such as one without an opponent (adversarial = false)."
        ),
    ] = None,
    videos: Annotated[
        Path | None, typer.Option(help="A folder of videos to score the face on without truth, instead.")
    ] = None,
    per_weight: Annotated[bool, typer.Option("--per-weight", help="Also each face weight by itself.")] = False,
    drills: Annotated[
        bool, typer.Option("--drills", help="Rendered people who show every action of the face in turn, instead.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Measure a model against truth it never saw."""
    from .commands.evaluate import run_evaluate

    run_evaluate(model, peer, as_json, videos, per_weight, drills)


@app.command(hidden=True)
def serve(log: Annotated[Path | None, typer.Option(help="The file that everything printed goes to.")] = None) -> None:
    """Run the engine that Blender talks to (JSON-RPC over standard input and output)."""
    from .serve import main as serve_main

    raise typer.Exit(serve_main(["--log", str(log)] if log else []))


@app.command()
def devices(as_json: JsonFlag = False) -> None:
    """List cameras and microphones."""
    from .commands.record import run_list

    run_list(as_json)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error is one line on standard error."""
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    try:
        code: Any = app(arguments, prog_name="understudy", standalone_mode=False)
    except typer.Exit as end:
        code = end.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except TyperException as error:
        command = f" {arguments[0]}" if arguments[0] in command_names() else ""
        return say_error(f"{error.format_message().rstrip('.')}; see understudy{command} --help.", INPUT_WRONG)
    except Exception as error:  # noqa: BLE001 - the last line of defence: no user sees a traceback
        return end_with_error(error)
    if code == INTERRUPTED:
        return say_error("Stopped; nothing was written.", INTERRUPTED)
    return code if isinstance(code, int) else DONE


def command_names() -> tuple[str, ...]:
    """The commands of this file."""
    return tuple(str(command.callback.__name__) for command in app.registered_commands if command.callback)


if __name__ == "__main__":
    sys.exit(main())
