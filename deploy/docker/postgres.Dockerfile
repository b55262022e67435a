# One PostgreSQL server, for tests: accepts every connection without a password, stores nothing permanently.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/*
USER postgres
ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/tmp/pgdata
RUN initdb --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null \
    && echo "host all all all trust" >> $PGDATA/pg_hba.conf
EXPOSE 5432
CMD ["postgres", "-c", "listen_addresses=*"]
