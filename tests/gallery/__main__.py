"""Serves the gallery: `python -m tests.gallery` and open http://127.0.0.1:8010."""

from __future__ import annotations

from tests.gallery.app import create_gallery

if __name__ == "__main__":
    create_gallery().run(host="127.0.0.1", port=8010)
