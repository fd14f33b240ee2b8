# One file for the five services and the command: one stage compiles all of them once, one short target each.
#
#     docker build -f docker/service.Dockerfile --target tracking .
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=swift:6.3-bookworm-slim
ARG DASHBOARD_IMAGE=debian:bookworm-slim

# What the compiler sees. A change to a test or to the dashboard leaves it as it was, and so compiles nothing anew: the
# next stage copies by content. The manifest names the test targets, so each keeps a folder with an empty file.
FROM ${DASHBOARD_IMAGE} AS sources
WORKDIR /src
COPY Package.swift ./
COPY Shared Shared
COPY Services Services
COPY Tests Tests
RUN rm -rf Services/Gateway/Dashboard && mkdir Services/Gateway/Dashboard \
 && for tests in Tests/*Tests; do rm -r "$tests" && mkdir "$tests" && touch "$tests/None.swift"; done

FROM ${SWIFT_IMAGE} AS build
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends libpq-dev libhiredis-dev libcurl4-openssl-dev libxgboost-dev \
    zlib1g-dev pkg-config \
 && rm -r /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
RUN swift package resolve
COPY --from=sources /src ./
# The symbols stay, for the stack of a crash; the rest of the debug information would be most of the image.
RUN nice swift build -c release \
 && mkdir /out \
 && for name in tracking prediction nudging notification gateway; do cp .build/release/$name-service /out/; done \
 && cp .build/release/holdfast /out/ \
 && cp -r .build/release/holdfast_*.resources /out/ \
 && strip --strip-debug /out/*-service /out/holdfast

FROM ${DASHBOARD_IMAGE} AS dashboard
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends esbuild node-react node-react-dom node-d3 node-typescript \
    node-csstype node-prop-types \
 && rm -r /var/lib/apt/lists/*
WORKDIR /src
COPY Services/Gateway/Dashboard Services/Gateway/Dashboard
RUN Services/Gateway/Dashboard/build.sh

# curl is there for the health check alone. Mails of the sink go to a volume, which takes its owner from this folder.
FROM ${RUNTIME_IMAGE} AS runtime
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends libpq5 libhiredis0.14 libcurl4 libxgboost0 zlib1g ca-certificates \
    tzdata curl \
 && rm -r /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin holdfast \
 && install -d -o holdfast -g holdfast -m 700 /var/lib/holdfast /var/lib/holdfast/mail
ENV HOLDFAST_HTTP_HOST=0.0.0.0
USER 10001
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 \
    CMD ["sh", "-c", "exec curl --silent --fail --max-time 3 --output /dev/null http://127.0.0.1:$HOLDFAST_HTTP_PORT/readyz"]
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
ENV HOLDFAST_HTTP_PORT=7004 HOLDFAST_NOTIFICATION_SINK_FOLDER=/var/lib/holdfast/mail
VOLUME /var/lib/holdfast/mail
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
