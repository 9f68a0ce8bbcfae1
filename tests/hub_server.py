"""A small Hugging Face Hub on this machine: serves folders by the few routes that a download uses, and misbehaves."""

import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urlsplit

_REPO = r"(?P<repo>[^/]+(?:/[^/]+)?)"
_INFO = re.compile(rf"/api/models/{_REPO}(?:/revision/(?P<revision>[^/]+))?")
_TREE = re.compile(rf"/api/models/{_REPO}/tree/(?P<revision>[^/]+)")
_FILE = re.compile(rf"/{_REPO}/resolve/(?P<revision>[^/]+)/(?P<file>.+)")
_PIECE = 2**16  # bytes written at once


@dataclass(frozen=True)
class Request:
    """What was asked for: `file` is `owner/name/path` for a file of a repository, "" for anything else."""

    method: str
    path: str
    file: str = ""
    range: str | None = None


@dataclass
class Hold:
    """An answer that stops after a number of bytes: `reached` says that it did, `release` lets it go on."""

    after: int
    reached: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Cut:
    keep: int
    times: int


class Hub:
    """Repositories are folders `root/owner/name`; point HF_ENDPOINT to `address`. A changed file is a new commit.

    Files are named `owner/name/path` in every method. `pause`: seconds before each piece of a file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pause = 0.0
        self.gated: set[str] = set()
        self.lock = threading.Lock()
        self.requests: list[Request] = []
        self.holds: dict[str, Hold] = {}
        self.cuts: dict[str, _Cut] = {}
        self.short: dict[str, int] = {}
        self.stopped = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen; on the same port as before when it was stopped."""
        self.stopped.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), type("Handler", (_Handler,), {"hub": self}))
        self._server.daemon_threads = True
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on, and break off the answers under way."""
        self.stopped.set()
        self._release()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> "Hub":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def got(self, prefix: str = "", method: str = "GET") -> dict[str, int]:
        """How often each file whose name begins with `prefix` was asked for."""
        counts: dict[str, int] = {}
        with self.lock:
            for request in self.requests:
                if request.method == method and request.file and request.file.startswith(prefix):
                    counts[request.file] = counts.get(request.file, 0) + 1
        return counts

    def forget(self) -> None:
        """Count from nought again."""
        with self.lock:
            self.requests.clear()

    def hold(self, file: str, after: int) -> Hold:
        """Stop the answer of `file` at byte `after` until it is released, once."""
        hold = self.holds[file] = Hold(after)
        return hold

    def cut(self, file: str, keep: int, times: int = 1) -> None:
        """The next `times` answers of `file` announce all of it, and the connection breaks at byte `keep`."""
        self.cuts[file] = _Cut(keep, times)

    def shorten(self, file: str, keep: int) -> None:
        """Hand out the first `keep` bytes of `file` as though they were all; HEAD says the true size."""
        self.short[file] = keep

    def mend(self) -> None:
        """No file is held, cut or shortened any more."""
        self._release()
        self.holds.clear()
        self.cuts.clear()
        self.short.clear()

    def _release(self) -> None:
        for hold in list(self.holds.values()):
            hold.release.set()

    def files(self, repo: str) -> dict[str, Path]:
        """Path in the repository -> file; empty for a repository that does not exist."""
        folder = self.root / repo
        return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}

    def commit(self, repo: str) -> str:
        """Forty digits that change when a file does."""
        listing = [f"{name} {object_id(path)}" for name, path in self.files(repo).items()]
        return hashlib.sha1("\n".join(listing).encode()).hexdigest()


def object_id(path: Path) -> str:
    """Stands for the contents, without reading them: another size or time is another object."""
    stat = path.stat()
    return hashlib.sha1(f"{path} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    # HTTP/1.0: each connection ends with its answer, so that none outlives `Hub.stop`.
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test reads `Hub.requests`."""

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        found = _FILE.fullmatch(path)
        file = f"{found['repo']}/{found['file']}" if found else ""
        with self.hub.lock:
            self.hub.requests.append(Request(self.command, path, file, self.headers.get("Range")))
        found = found or _TREE.fullmatch(path) or _INFO.fullmatch(path)
        if found is None or not (files := self.hub.files(found["repo"])):
            return self._refuse(404, "RepoNotFound")
        repo, commit = found["repo"], self.hub.commit(found["repo"])
        if (found["revision"] or "main") not in {"main", commit}:
            return self._refuse(404, "RevisionNotFound")
        if found.re is _INFO:
            return self._json({"id": repo, "sha": commit, "siblings": [{"rfilename": name} for name in files]})
        if found.re is _TREE:
            listing = [(name, path.stat().st_size, object_id(path)) for name, path in files.items()]
            return self._json([{"type": "file", "path": name, "size": size, "oid": i} for name, size, i in listing])
        if repo in self.hub.gated:
            return self._refuse(403, "GatedRepo")
        if found["file"] not in files:
            return self._refuse(404, "EntryNotFound")
        self._file(file, files[found["file"]], commit)

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, name: str, path: Path, commit: str) -> None:
        size = path.stat().st_size
        if self.command == "GET":
            size = min(size, self.hub.short.get(name, size))
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = int(asked[1]) if asked else 0
        if asked and begin >= size:
            return self._refuse(416, "RangeNotSatisfiable")
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {begin}-{size - 1}/{size}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(size - begin))
        self.send_header("ETag", f'"{object_id(path)}"')
        self.send_header("X-Repo-Commit", commit)
        self.end_headers()
        if self.command == "GET":
            try:
                self._pieces(name, path, begin, size)
            except ConnectionError:
                self.close_connection = True  # the other side has gone

    def _pieces(self, name: str, path: Path, begin: int, end: int) -> None:
        with self.hub.lock:
            if (cut := self.hub.cuts.get(name)) is not None and cut.times > 0:
                cut.times -= 1
                end = min(end, cut.keep)
        with path.open("rb") as content:
            content.seek(begin)
            while begin < end and not self.hub.stopped.is_set():
                size = min(_PIECE, end - begin)
                hold = self.hub.holds.get(name)
                if hold is not None and not hold.release.is_set():
                    if begin >= hold.after:
                        hold.reached.set()
                        hold.release.wait()
                        continue
                    size = min(size, hold.after - begin)
                if self.hub.pause:
                    self.hub.stopped.wait(self.hub.pause)
                piece = content.read(size)
                self.wfile.write(piece)
                begin += len(piece)
