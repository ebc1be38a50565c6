"""The second origin: LFS files behind signed addresses, which expire, and which want no token."""

import time

from fakes.hub.exchange import Exchange


class FileOrigin(Exchange):
    """Serves files by checksum; the answer to a wrong or late signature is a plain 403, as a store's is."""

    def route(self) -> None:
        """Send the file, if the address is good."""
        expires = self.query.get("Expires", "0")
        genuine = self.query.get("Signature") == self.hub.signature(self.raw_path, expires)
        if not genuine or time.time() > float(expires):
            self.answer_plain(403, "Request has expired")
            return
        file = self.hub.stored(self.raw_path.split("/")[1])
        if file is None:
            self.answer_plain(404, "No such key")
            return
        etag = self.fault.etag if self.fault and self.fault.etag else file.sha256
        self.answer_file(file, {"ETag": f'"{etag}"', "Content-Type": "application/octet-stream"})

    def answer_plain(self, status: int, text: str) -> None:
        """Refuse without any of the Hub's own headers."""
        body = text.encode()
        self.head(status, {"Content-Type": "text/plain", "Content-Length": str(len(body))})
        if self.command != "HEAD":
            self.pour(memoryview(body))
