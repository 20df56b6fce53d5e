import os
import sqlite3
from pathlib import Path

from flask import Flask, current_app, g, jsonify, render_template, request


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=os.environ.get("SECRET_KEY", "dev"),
        DATABASE=str(Path(app.root_path).parent / "instance" / "notes.db"),
    )
    app.config.update(config or {})
    Path(app.config["DATABASE"]).parent.mkdir(exist_ok=True)
    app.teardown_appcontext(close_database)

    @app.get("/")
    def index():
        return render_template("index.html", notes=database().execute("SELECT text FROM notes ORDER BY id").fetchall())

    @app.post("/notes")
    def add():
        text = (request.get_json(silent=True) or {}).get("text", "").strip()
        if not text:
            return jsonify(error="text is missing"), 400
        with database() as connection:
            cursor = connection.execute("INSERT INTO notes (text) VALUES (?)", (text,))
        return jsonify(id=cursor.lastrowid, text=text), 201

    return app


def database():
    if "database" not in g:
        g.database = sqlite3.connect(current_app.config["DATABASE"])
        g.database.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    return g.database


def close_database(_):
    connection = g.pop("database", None)
    if connection is not None:
        connection.close()
