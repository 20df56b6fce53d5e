import json
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from search.model import NAME, Model


@asynccontextmanager
async def lifespan(app: FastAPI):
    # Nobody is answered before this is done: a release is switched to when its model is there.
    app.state.model = Model()
    app.state.model.embed("warm")
    yield


app = FastAPI(title="Embeddings", lifespan=lifespan)


class Texts(BaseModel):
    texts: list[str] = Field(max_length=1000)


class Question(Texts):
    query: str = Field(max_length=20_000)


@app.get("/")
def about(request: Request):
    return {"model": NAME, "dimensions": request.app.state.model.dimensions}


# Plain functions, so that they run in threads: the model computes, it does not wait.
@app.post("/embed")
def embed(wish: Texts, request: Request):
    model = request.app.state.model
    return {"vectors": [model.embed(text).round(6).tolist() for text in wish.texts]}


@app.post("/compare")
def compare(question: Question, request: Request):
    """How near each text is to the query, one line of JSON each, sent as it is known."""
    model = request.app.state.model

    def lines():
        query = model.embed(question.query)
        for text in question.texts:
            yield json.dumps({"text": text, "score": round(float(query @ model.embed(text)), 4)}) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson", headers={"X-Accel-Buffering": "no"})
