"""Finds a Chromium or Chrome for the browser journeys, and gets one where there is none.

Playwright downloads a browser of its own from one address, which many machines cannot reach; a browser that the system
already has, or that its package manager can bring, works everywhere. So those come first.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PLAYWRIGHT_PATH = "process.stdout.write(require('@playwright/test').chromium.executablePath())"
INSTALL_SECONDS = 600


def find_or_install_browser(package: Path) -> str | None:
    """The path of a browser; ``package`` is the npm package that has Playwright. None when there is none to be had."""
    found = installed_browser() or playwright_browser(package)
    if found is None and install_browser(package):
        found = installed_browser() or playwright_browser(package)
    return found


def installed_browser() -> str | None:
    """The browser that CHROMIUM_PATH names, or the first one that the system has."""
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        return shutil.which(named)
    on_path = (path for path in map(shutil.which, NAMES) if path)
    in_applications = (path for path in MAC_APPLICATIONS if Path(path).is_file())
    return next(on_path, None) or next(in_applications, None)


def playwright_browser(package: Path) -> str | None:
    """The browser that Playwright downloaded earlier, if it did."""
    asked = subprocess.run(["node", "-e", PLAYWRIGHT_PATH], cwd=package, capture_output=True, text=True, check=False)
    return asked.stdout if asked.returncode == 0 and Path(asked.stdout).is_file() else None


def install_browser(package: Path) -> bool:
    """Bring a browser: from Debian's packages where this process may install them, else through Playwright."""
    sys.stderr.write("No Chromium or Chrome was found; trying to get one.\n")
    if os.environ.get("CHROMIUM_PATH"):
        sys.stderr.write(f"CHROMIUM_PATH={os.environ['CHROMIUM_PATH']} is no program.\n")
        return False
    if shutil.which("apt-get") and os.geteuid() == 0:
        apt = ["apt-get", "-qq", "-o=DPkg::Lock::Timeout=120"]
        if succeeds([*apt, "update"], folder=package) and succeeds([*apt, "install", "-y", "chromium"], folder=package):
            return True
    return succeeds(["npx", "--no-install", "playwright", "install", "chromium"], folder=package)


def succeeds(command: list[str], *, folder: Path) -> bool:
    """Whether the command ends well within its time; what it says goes to standard error."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdout=sys.stderr, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"{command[0]}: {error}\n")
        return False
    return done.returncode == 0
