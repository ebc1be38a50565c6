"""The settings of a child process, which its parent gives it."""

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from mistudio.core.config import Settings


class GivenSettings(Settings):
    """Settings exactly as they are given: nothing is read from the environment or ``.env``."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the given values as the only source."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)
