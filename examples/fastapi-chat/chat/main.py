import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from chat.room import Room

HERE = Path(__file__).parent


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.room = Room()
    yield
    app.state.room.close()


app = FastAPI(title="Chat", lifespan=lifespan)
app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")


@app.get("/")
async def index():
    return FileResponse(HERE / "static" / "index.html")


@app.post("/messages", status_code=201)
async def say(request: Request):
    message = await request.json()
    request.app.state.room.say(str(message.get("text", "")))
    return {"heard": len(request.app.state.room.listeners)}


@app.get("/events")
async def events(request: Request):
    async def stream():
        with request.app.state.room.listener() as queue:
            yield ": welcome\n\n"
            while True:
                try:
                    text = await asyncio.wait_for(queue.get(), timeout=15)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if text is None:
                    return
                yield f"data: {text}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@app.websocket("/ws")
async def talk(socket: WebSocket):
    await socket.accept()
    try:
        async for text in socket.iter_text():
            socket.app.state.room.say(text)
            await socket.send_text(f"you said: {text}")
    except WebSocketDisconnect:
        pass
