# One Kafka broker from the pinned jars, for tests. Build context: the folder with the jars.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/*
COPY . /opt/kafka/jars
WORKDIR /var/lib/kafka
COPY start-kafka /usr/local/bin/start-kafka
EXPOSE 9092
CMD ["sh", "/usr/local/bin/start-kafka"]
