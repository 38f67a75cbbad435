"""The process that computes: objects live here, their methods are called over stdin and stdout.

`python -m sandbox.training.worker`, started by `sandbox.training.worker_client`. It ends when its stdin closes, so
it never outlives the sandbox, not even after a kill -9. Calls are carried out one after the other; whoever calls
keeps each of them short.
"""

import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final

HEADER: Final = struct.Struct(">I")

# (number of the call, key of the object, function or None to forget the object, arguments)
Request = tuple[int, int, Callable[..., Any] | None, tuple[Any, ...]]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Carry out calls until the requests end. The first function called for a key makes its object."""
    objects: dict[int, Any] = {}
    while frame := read_frame(requests):
        # The frames come from our own parent process.
        request: Request = pickle.loads(frame)  # noqa: S301 - see above
        number, key, function, arguments = request
        answer: tuple[int, bool, Any]
        if function is None:
            objects.pop(key, None)
            continue
        try:
            if key in objects:
                answer = (number, True, function(objects[key], *arguments))
            else:
                objects[key] = function(*arguments)
                answer = (number, True, None)
        except Exception as error:  # noqa: BLE001 - the process boundary: the caller gets the error
            answer = (number, False, error)
        write_frame(answers, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def read_frame(stream: BinaryIO) -> bytes:
    """The next frame; empty at the end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return b""
    return stream.read(HEADER.unpack(header)[0])


def write_frame(stream: BinaryIO, frame: bytes) -> None:
    """Write one frame at once."""
    stream.write(HEADER.pack(len(frame)) + frame)
    stream.flush()


def main() -> None:
    """Serve on stdin and stdout; whatever prints goes to stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
