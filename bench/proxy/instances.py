"""What stands behind the proxies: nginx, at four ports. It also counts the requests."""
import os, re, socket, sys

from machine import Process, answers, cores_of_load, free_port, tool, wait_for, write

SMALL_BYTES, LARGE_BYTES = 128, 10240


class Instances:
    def __init__(self, folder, threads):
        self.ports = [free_port() for _ in range(4)]
        self.counter = free_port()
        write(os.path.join(folder, "10k"), "x" * LARGE_BYTES)
        listens = " ".join(f"listen 127.0.0.1:{p} backlog=8192;" for p in self.ports)
        config = write(os.path.join(folder, "instances.conf"), f"""
daemon off; worker_processes 1; pid {folder}/instances.pid; error_log /dev/null;
events {{ worker_connections 16384; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s;
  open_file_cache max=10; sendfile on; tcp_nodelay on;
  client_body_temp_path {folder}/i1; proxy_temp_path {folder}/i2; fastcgi_temp_path {folder}/i3;
  uwsgi_temp_path {folder}/i4; scgi_temp_path {folder}/i5;
  server {{ listen 127.0.0.1:{self.counter}; location / {{ stub_status; }} }}
  server {{
    {listens}
    root {folder};
    location = /small {{ default_type text/plain; return 200 "{'x' * SMALL_BYTES}"; }}
  }}
}}
""")
        self.process = Process([tool("nginx"), "-c", config, "-p", folder], cores_of_load(threads))
        if not wait_for(lambda: all(answers(p) for p in self.ports), 5, 0.05):
            self.stop()
            sys.exit("nginx, as the instances behind the proxies, did not start")

    def served(self):
        """Requests so far, those of active checks (two a second) included."""
        with socket.create_connection(("127.0.0.1", self.counter), timeout=10) as s:
            s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            text = b""
            while part := s.recv(4096):
                text += part
        return int(re.search(rb"(\d+) (\d+) (\d+) \n", text).group(3))

    def stop(self):
        self.process.stop()
