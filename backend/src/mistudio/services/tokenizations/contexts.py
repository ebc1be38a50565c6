"""Shows contexts: tokens of a written row with their documents."""

from mistudio.corpus.loader.origins import Context, Origin
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.schemas.token_rows import TokenContext, TokenOrigin
from mistudio.services.tokenizations.token_views import token_views


def show_context(tokenizer: LoadedTokenizer, context: Context) -> TokenContext:
    """Return the context as the API has it; a context has no padding."""
    kinds = ["special"] * len(context.ids)
    for origin in context.origins:
        kinds[origin.position : origin.position + origin.length] = ["data"] * origin.length
    return TokenContext(
        split=context.split,
        row=context.row,
        position=context.position,
        tokens=token_views(tokenizer, context.ids.tolist(), kinds=kinds),
        origins=[_show_origin(origin) for origin in context.origins],
    )


def _show_origin(origin: Origin) -> TokenOrigin:
    fields = {name: value for name, value in vars(origin).items() if name != "file"}
    file = origin.file
    return TokenOrigin(**fields, file=file.path if file else None, file_sha256=file.sha256 if file else None)
