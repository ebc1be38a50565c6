"""Finds a Chromium or Chrome for the browser journeys, and installs one if there is none.

Playwright downloads its own browser from one address, which many machines cannot reach. So an installed browser comes
first, then the system's package manager, then Playwright.
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
    """Return the path of a browser, or None if installing failed; ``package`` is the npm package with Playwright."""
    found = find_installed_browser() or find_playwright_browser(package)
    if found is None and install_browser(package):
        found = find_installed_browser() or find_playwright_browser(package)
    return found


def find_installed_browser() -> str | None:
    """Return the browser that CHROMIUM_PATH names, or else the first one on this system."""
    path = os.environ.get("CHROMIUM_PATH")
    if path:
        return shutil.which(path)
    on_path = filter(None, map(shutil.which, NAMES))
    in_applications = (path for path in MAC_APPLICATIONS if Path(path).is_file())
    return next(on_path, None) or next(in_applications, None)


def find_playwright_browser(package: Path) -> str | None:
    """Return the browser that Playwright downloaded earlier, if there is one."""
    result = subprocess.run(["node", "-e", PLAYWRIGHT_PATH], cwd=package, capture_output=True, text=True, check=False)
    return result.stdout if result.returncode == 0 and Path(result.stdout).is_file() else None


def install_browser(package: Path) -> bool:
    """Install a browser from Debian's packages if this process may, else with Playwright; return whether it worked."""
    sys.stderr.write("No Chromium or Chrome found; installing one.\n")
    if os.environ.get("CHROMIUM_PATH"):
        sys.stderr.write(f"CHROMIUM_PATH={os.environ['CHROMIUM_PATH']} is not a program.\n")
        return False
    if shutil.which("apt-get") and os.geteuid() == 0:
        apt = ["apt-get", "-qq", "-o=DPkg::Lock::Timeout=120"]
        commands = ([*apt, "update"], [*apt, "install", "-y", "chromium"])
        if all(run_command(command, folder=package) for command in commands):
            return True
    return run_command(["npx", "--no-install", "playwright", "install", "chromium"], folder=package)


def run_command(command: list[str], *, folder: Path) -> bool:
    """Run the command with its output on standard error; return whether it succeeded within its time limit."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        result = subprocess.run(
            command, cwd=folder, env=environment, stdout=sys.stderr, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"{command[0]}: {error}\n")
        return False
    return result.returncode == 0
