from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import Body, FastAPI, HTTPException, UploadFile
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse

UPLOADS = Path(__file__).parent.parent / "uploads"

api = FastAPI(title="Mobile backend")
api.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])


@api.get("/")
def about():
    return {"service": "mobile-backend"}


@api.post("/echo")
def echo(body: Any = Body()):
    return body


@api.post("/photos", status_code=201)
async def upload(photo: UploadFile):
    UPLOADS.mkdir(exist_ok=True)
    name = f"{uuid4().hex}{Path(photo.filename or '').suffix}"
    (UPLOADS / name).write_bytes(await photo.read())
    return {"photo": name}


@api.get("/photos/{name}")
def photo(name: str):
    path = UPLOADS / Path(name).name
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path)
