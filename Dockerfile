# A static binary and nothing else: no shell, no packages to patch, no root.
FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w" -o /out/ekbom ./cmd/ekbom \
    && mkdir /out/data

FROM scratch
# Roots for a PostgreSQL server that is reached over TLS with verification.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/ekbom /ekbom
# Only the SQLite file and the generated secret are ever written here; with PostgreSQL and a given secret nothing is.
COPY --from=build --chown=65532:65532 --chmod=700 /out/data /data
USER 65532:65532
WORKDIR /
ENV EKBOM_ADDR=:8080 EKBOM_LOG=json
EXPOSE 8080
VOLUME /data
# No HEALTHCHECK: it would need a shell or a second program in here. Ask /healthz (alive) and /readyz (the database
# answers) from outside, as docker-compose.yml does through the proxy.
ENTRYPOINT ["/ekbom"]
CMD ["serve"]
