"""An assistant that repeats what it hears: where yours listens, thinks and speaks.

`python -m examples.voice_assistant.assistant`, with the account's `VONAGE_SIGNATURE_SECRET`.
"""

import asyncio
import contextlib
import http
import os

import jwt
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response


async def repeat(connection: ServerConnection) -> None:
    """Audio comes and goes in messages of 20 ms; texts tell of the beginning and of keys."""
    with contextlib.suppress(ConnectionClosed):
        async for message in connection:
            if isinstance(message, bytes):
                await connection.send(message)


def only_vonage(connection: ServerConnection, request: Request) -> Response | None:
    """Turn away whoever does not hold the account's signature secret."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        jwt.decode(token, os.environ["VONAGE_SIGNATURE_SECRET"], algorithms=["HS256"], issuer="Vonage")
    except jwt.InvalidTokenError:
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "Only Vonage may talk to this assistant.\n")
    return None


async def listen(port: int = 8765) -> Server:
    """Begin to serve on this machine."""
    return await serve(repeat, "127.0.0.1", port, process_request=only_vonage)


async def _main() -> None:
    await (await listen()).wait_closed()


if __name__ == "__main__":
    asyncio.run(_main())
