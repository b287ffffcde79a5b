"""``make shots``: start a demo site of its own and take pictures of the main pages into ``shots/``."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "shots"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: list[str]) -> int:
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(ROOT / ".data" / "shots")}
    site = subprocess.Popen(
        [sys.executable, "-m", "config.run"], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        for line in site.stdout or ():
            if line.startswith("ready"):
                break
        else:
            print("The site did not start; see the messages above.")
            return 1
        OUT.mkdir(exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "tests.browser.shots",
            f"http://127.0.0.1:{port}",
            str(OUT),
            *arguments,
        ]
        result = subprocess.run(command, cwd=ROOT)
        print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.name}/")
        return result.returncode
    finally:
        site.send_signal(signal.SIGINT)
        site.wait(30)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
