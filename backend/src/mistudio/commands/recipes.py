"""Commands that describe datasets for other programs."""

from mistudio.commands.connection import Studio
from mistudio.commands.options import DataDir, Wanted
from mistudio.commands.output import run, say_json


def croissant(wanted: Wanted, data_dir: DataDir = None) -> None:
    """Print the Croissant metadata of a dataset (JSON-LD); saved in its folder, Croissant readers load the rows."""

    async def use(api: Studio) -> None:
        say_json(await api.get(f"/datasets/{(await api.find(wanted))['id']}/croissant"))

    run(use, data_dir=data_dir)
