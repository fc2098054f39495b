# syntax=docker/dockerfile:1
# Builds one static binary and puts it alone into an empty image.

FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
ARG TARGETOS TARGETARCH VERSION=dev
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-buildvcs=false
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /image/bin/coopverse ./cmd/coopverse
# SQLite sorts large results in /tmp. A volume takes over the owner of /data.
RUN mkdir -m 1777 /image/tmp \
 && install -d -o 65532 -g 65532 -m 750 /image/data \
 && install -D -m 644 /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ca-certificates.crt \
 && install -D -m 644 /usr/local/go/lib/time/zoneinfo.zip /image/zoneinfo.zip \
 && install -D -m 644 LICENSE /image/LICENSE

FROM scratch
ARG VERSION=dev
LABEL org.opencontainers.image.title="Coopverse" \
      org.opencontainers.image.description="A living, federated directory of co-ops" \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.licenses="AGPL-3.0-or-later"
COPY --from=build /image /
ENV ZONEINFO=/zoneinfo.zip COOPVERSE_DATA=/data COOPVERSE_LISTEN=:8080
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
# No HEALTHCHECK: the image has nothing to run but the program. Ask /healthz.
ENTRYPOINT ["/bin/coopverse"]
CMD ["serve"]
