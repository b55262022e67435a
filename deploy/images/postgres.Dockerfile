# PostgreSQL with a database for each of the platform's parts. A password, TLS, and data in a volume.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin satupintu \
    && install -d -o 10001 -g 10001 -m 700 /var/lib/postgresql/data
COPY deploy/images/postgres /etc/satupintu
USER 10001
ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/data/cluster
EXPOSE 5432
HEALTHCHECK --interval=5s --timeout=15s --start-period=60s CMD ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "satupintu"]
STOPSIGNAL SIGINT
CMD ["sh", "/etc/satupintu/start"]
