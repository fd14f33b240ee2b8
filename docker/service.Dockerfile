# One file for the five services and the command: one stage compiles all of them once, one short target each.
#
#     docker build -f docker/service.Dockerfile --target tracking .
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=swift:6.3-bookworm-slim
ARG DASHBOARD_IMAGE=debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS build
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends libpq-dev libhiredis-dev libcurl4-openssl-dev libxgboost-dev \
    zlib1g-dev pkg-config \
 && rm -r /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
RUN swift package resolve
COPY Shared Shared
COPY Services Services
COPY Tests Tests
RUN swift build -c release \
 && mkdir /out \
 && for name in tracking prediction nudging notification gateway; do cp .build/release/$name-service /out/; done \
 && cp .build/release/holdfast /out/ \
 && cp -r .build/release/*.resources /out/ \
 && strip /out/*-service /out/holdfast

FROM ${DASHBOARD_IMAGE} AS dashboard
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends esbuild node-react node-react-dom node-d3 node-typescript \
    node-csstype node-prop-types \
 && rm -r /var/lib/apt/lists/*
WORKDIR /src
COPY Services/Gateway/Dashboard Services/Gateway/Dashboard
RUN Services/Gateway/Dashboard/build.sh

FROM ${RUNTIME_IMAGE} AS runtime
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends libpq5 libhiredis0.14 libcurl4 libxgboost0 zlib1g ca-certificates \
    tzdata curl \
 && rm -r /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home holdfast
ENV HOLDFAST_HTTP_HOST=0.0.0.0
USER holdfast
HEALTHCHECK --interval=5s --timeout=3s --retries=12 \
    CMD ["sh", "-c", "exec curl --silent --fail --output /dev/null http://127.0.0.1:$HOLDFAST_HTTP_PORT/readyz"]
STOPSIGNAL SIGTERM

FROM runtime AS tracking
COPY --from=build /out/tracking-service /opt/holdfast/
COPY --from=build /out/holdfast_Tracking.resources /opt/holdfast/holdfast_Tracking.resources
ENV HOLDFAST_HTTP_PORT=7001
ENTRYPOINT ["/opt/holdfast/tracking-service"]

FROM runtime AS prediction
COPY --from=build /out/prediction-service /opt/holdfast/
COPY --from=build /out/holdfast_Prediction.resources /opt/holdfast/holdfast_Prediction.resources
ENV HOLDFAST_HTTP_PORT=7002
ENTRYPOINT ["/opt/holdfast/prediction-service"]

FROM runtime AS nudging
COPY --from=build /out/nudging-service /opt/holdfast/
COPY --from=build /out/holdfast_Nudging.resources /opt/holdfast/holdfast_Nudging.resources
ENV HOLDFAST_HTTP_PORT=7003
ENTRYPOINT ["/opt/holdfast/nudging-service"]

FROM runtime AS notification
COPY --from=build /out/notification-service /opt/holdfast/
COPY --from=build /out/holdfast_Notification.resources /opt/holdfast/holdfast_Notification.resources
ENV HOLDFAST_HTTP_PORT=7004
ENTRYPOINT ["/opt/holdfast/notification-service"]

FROM runtime AS command
COPY --from=build /out/holdfast /opt/holdfast/
COPY --from=build /out/holdfast_Prediction.resources /opt/holdfast/holdfast_Prediction.resources
HEALTHCHECK NONE
ENTRYPOINT ["/opt/holdfast/holdfast"]

FROM runtime AS gateway
COPY --from=build /out/gateway-service /opt/holdfast/
COPY --from=build /out/holdfast_Gateway.resources /opt/holdfast/holdfast_Gateway.resources
COPY --from=dashboard /src/Services/Gateway/Dashboard/dist /opt/holdfast/dashboard
ENV HOLDFAST_HTTP_PORT=7000 HOLDFAST_GATEWAY_DASHBOARD=/opt/holdfast/dashboard
ENTRYPOINT ["/opt/holdfast/gateway-service"]
