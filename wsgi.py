"""What a WSGI server imports: ``granian --interface wsgi wsgi:app``."""

from app.factory import create_app
from app.web import closing

app = create_app()
closing.watch()
