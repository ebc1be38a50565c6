"""The second origin: LFS files at signed addresses, which expire and need no token."""

import time

from fakes.hub.exchange import Exchange


class FileOrigin(Exchange):
    """Serves files by checksum; answers a wrong or expired signature with a plain 403, as the Hub's store does."""

    def route(self) -> None:
        """Send the file if its address is valid."""
        expires = self.query.get("Expires", "0")
        genuine = self.query.get("Signature") == self.hub.compute_signature(self.raw_path, expires)
        if not genuine or time.time() > float(expires):
            self.answer_plain(403, "Request has expired")
            return
        file = self.hub.find_file(self.raw_path.split("/")[1])
        if file is None:
            self.answer_plain(404, "No such key")
            return
        etag = self.fault.etag if self.fault and self.fault.etag else file.sha256
        self.answer_file(file, {"ETag": f'"{etag}"', "Content-Type": "application/octet-stream"})

    def answer_plain(self, status: int, text: str) -> None:
        """Refuse without the Hub's own headers."""
        body = text.encode()
        self.send_head(status, {"Content-Type": "text/plain", "Content-Length": str(len(body))})
        if self.command != "HEAD":
            self.send_bytes(memoryview(body))
