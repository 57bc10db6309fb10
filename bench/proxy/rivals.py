"""HAProxy, nginx and Envoy, each as its own documents would have it."""
import json, os, re

from machine import CACHE, output, tool, write

IDLE_UPSTREAM = 1024


def haproxy(kind):
    program = tool("haproxy")
    version = re.search(r"version (\S+)", output(program, "-v")) if program else None
    return kind("haproxy", lambda place: [program, "-db", "-f", haproxy_config(place)],
                f"HAProxy {version.group(1)}" if version else "",
                "" if program else "not installed (Debian: haproxy)")


def haproxy_config(place):
    servers = "\n".join(f"  server s{p} 127.0.0.1:{p} check inter 2s" for p in place.instances)
    secure = ""
    if place.tls:
        both = os.path.join(place.folder, "both.pem")
        write(both, open(place.certificate).read() + open(place.key).read())
        secure = f"  bind 127.0.0.1:{place.tls} ssl crt {both} alpn h2,http/1.1\n"
    return write(os.path.join(place.folder, f"haproxy-{place.plain}.cfg"), f"""
global
  nbthread {place.threads}
  maxconn 9000
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 2s
  timeout http-request 10s
  retries 2
frontend clients
  bind 127.0.0.1:{place.plain}
{secure}  default_backend instances
backend instances
  balance random
  option httpchk GET /small
  http-reuse always
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header Forwarded \
for=%[src];proto=%[ssl_fc,iif(https,http)];host=\\"%[req.hdr(host)]\\"
{servers}
""")


def nginx(kind):
    program = tool("nginx")
    version = re.search(r"nginx/(\S+)", output(program, "-v")) if program else None

    def command(place):
        return [program, "-c", nginx_config(place), "-p", place.folder]

    return kind("nginx", command, f"nginx {version.group(1)}" if version else "",
                "" if program else "not installed (Debian: nginx-light)")


def nginx_config(place):
    folder, name = place.folder, f"nginx-{place.plain}"
    servers = " ".join(f"server 127.0.0.1:{p};" for p in place.instances)
    shared = "backlog=8192" + (" reuseport" if place.threads > 1 else "")
    secure = "" if not place.tls else f"""
    listen 127.0.0.1:{place.tls} ssl http2 {shared};
    ssl_certificate {place.certificate}; ssl_certificate_key {place.key};
    ssl_protocols TLSv1.3; ssl_session_cache shared:tls:1m;"""
    return write(os.path.join(folder, f"{name}.conf"), f"""
daemon off; worker_processes {place.threads}; pid {folder}/{name}.pid; error_log /dev/null;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s; tcp_nodelay on;
  client_body_temp_path {folder}/p1; proxy_temp_path {folder}/p2; fastcgi_temp_path {folder}/p3;
  uwsgi_temp_path {folder}/p4; scgi_temp_path {folder}/p5;
  upstream instances {{
    random two least_conn; {servers}
    keepalive {IDLE_UPSTREAM}; keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{place.plain} {shared};{secure}
    location / {{
      proxy_pass http://instances; proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header Forwarded 'for=$remote_addr;proto=$scheme;host="$http_host"';
    }}
  }}
}}
""")


def envoy(kind):
    home = os.path.join(CACHE, "envoy", "lib")
    program = tool("envoy") or next(
        (os.path.join(at, "envoy") for at, _, files in os.walk(home)
         if at.endswith("_bin") and "envoy" in files), "")
    version = re.search(r"/(\d+\.\d+\.\d+)/", output(program, "--version")) if program else None

    def command(place):
        return [program, "-c", envoy_config(place), "--concurrency", str(place.threads),
                "--disable-hot-restart", "--log-level", "critical"]

    return kind("envoy", command, f"Envoy {version.group(1)}" if version else "",
                "" if program else "not installed; bench/proxy/install fetches it")


def envoy_config(place):
    listeners = [envoy_listener("plain", place.plain, None)]
    if place.tls:
        listeners.append(envoy_listener("tls", place.tls, place))
    endpoints = [{"endpoint": {"address": envoy_address(p)}} for p in place.instances]
    many = 100000
    cluster = {
        "name": "instances", "type": "STATIC", "connect_timeout": "2s",
        "lb_policy": "LEAST_REQUEST",
        "load_assignment": {
            "cluster_name": "instances", "endpoints": [{"lb_endpoints": endpoints}]},
        "circuit_breakers": {"thresholds": [{
            "max_connections": many, "max_pending_requests": many, "max_requests": many}]},
        "health_checks": [{
            "timeout": "1s", "interval": "2s", "unhealthy_threshold": 3, "healthy_threshold": 1,
            "http_health_check": {"path": "/small"}}]}
    return write(os.path.join(place.folder, f"envoy-{place.plain}.json"), json.dumps(
        {"static_resources": {"listeners": listeners, "clusters": [cluster]}}, indent=1))


def envoy_address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def envoy_listener(name, port, tls):
    def header(key, value):
        return {"header": {"key": key, "value": value},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}

    scheme = "https" if tls else "http"
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
                 ".HttpConnectionManager",
        "stat_prefix": name, "codec_type": "AUTO", "use_remote_address": True,
        "generate_request_id": False,
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
            "suppress_envoy_headers": True}}],
        "route_config": {"virtual_hosts": [{
            "name": "all", "domains": ["*"],
            "request_headers_to_add": [
                header("X-Forwarded-Port", str(port)),
                header("X-Forwarded-Host", "%REQ(:authority)%"),
                header("Forwarded", "for=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%;"
                       f"proto={scheme};host=\"%REQ(:authority)%\"")],
            "routes": [{"match": {"prefix": "/"}, "route": {
                "cluster": "instances", "timeout": "60s", "retry_policy": {
                    "retry_on": "connect-failure,refused-stream,reset-before-request",
                    "num_retries": 2}}}]}]}}
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    if tls:
        chain["transport_socket"] = {"name": "tls", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3"
                     ".DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_3",
                               "tls_maximum_protocol_version": "TLSv1_3"},
                "tls_certificates": [{
                    "certificate_chain": {"filename": tls.certificate},
                    "private_key": {"filename": tls.key}}]}}}
    return {"name": name, "address": envoy_address(port), "filter_chains": [chain]}
