"""The pages' routes: each asks the coordinator what it shows and dresses the answer."""

from fastapi import APIRouter

from gateway.pages.routes import jobs, papers, plan, run, source

router = APIRouter(include_in_schema=False)
for room in (jobs, papers, run, plan, source):
    router.include_router(room.router)
