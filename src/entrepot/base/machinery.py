"""How the machinery behind the market stands: news and jobs that wait, and those that came to grief."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Machinery:
    """Counts at a moment. oldest_news_seconds: how long the oldest untaken news has waited, whole seconds."""

    news_waiting: int
    news_in_trouble: int
    oldest_news_seconds: int
    jobs_waiting: int
    jobs_running: int
    jobs_failed: int

    @property
    def well(self) -> bool:
        """Nothing failed, nothing stuck for a minute."""
        return not self.jobs_failed and not self.news_in_trouble and self.oldest_news_seconds < 60


def machinery(*, at: datetime) -> Machinery:
    """The outbox and the job table as they stand. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(*) FILTER (WHERE tries > 0),
                      coalesce(extract(epoch FROM %s::timestamptz - min(at)), 0)::bigint FROM base_outbox""",
            [at],
        )
        news = cursor.fetchone()
        cursor.execute(
            """SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
                      count(*) FILTER (WHERE status = 'failed') FROM procrastinate_jobs"""
        )
        jobs = cursor.fetchone()
    return Machinery(int(news[0]), int(news[1]), max(int(news[2]), 0), int(jobs[0]), int(jobs[1]), int(jobs[2]))
