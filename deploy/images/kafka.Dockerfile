# One Kafka broker from the jars that jars.sha256 lists.
ARG BASE=debian:bookworm-slim
FROM ${BASE} AS jars
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates python3 \
    && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY deploy/local/jars.sha256 deploy/images/kafka/fetch_jars.py /build/
RUN python3 /build/fetch_jars.py /build/jars.sha256 /jars

FROM ${BASE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin satupintu \
    && install -d -o 10001 -g 10001 -m 700 /var/lib/kafka/data
COPY --from=jars /jars /opt/kafka/jars
COPY deploy/docker/start-kafka /usr/local/bin/start-kafka
USER 10001
WORKDIR /var/lib/kafka
EXPOSE 9092 9093 9094
HEALTHCHECK --interval=5s --timeout=15s --start-period=120s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9092"]
CMD ["sh", "/usr/local/bin/start-kafka"]
