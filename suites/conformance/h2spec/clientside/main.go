// Clientside runs h2spec's cases for HTTP/2 clients against whatever connects.
//
// h2spec's own driver gives each case a port and three seconds, and ends at the first case that
// nobody connects for. A gateway is configured with one upstream, so here all cases share one
// port: for each, a plain HTTP/1.1 request is sent to the gateway, and the connection that the
// gateway opens because of it gets the case. One line of JSON for each case.
//
// usage: clientside -listen HOST:PORT -gateway HOST:PORT [-cert FILE -key FILE]
package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/summerwind/h2spec/client"
	"github.com/summerwind/h2spec/config"
	"github.com/summerwind/h2spec/spec"
)

type outcome struct {
	Case        string `json:"case"`
	Description string `json:"description"`
	Outcome     string `json:"outcome"`
	Detail      string `json:"detail,omitempty"`
	Answer      string `json:"answer"`
}

// peeked gives back what was read to see whether the peer says anything at all.
type peeked struct {
	net.Conn
	reader *bufio.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.reader.Read(b) }

// speaking waits for a first byte: a health check connects and leaves without one.
func speaking(conn net.Conn) (net.Conn, bool) {
	p := &peeked{conn, bufio.NewReader(conn)}
	_, err := p.reader.Peek(1)
	return p, err == nil
}

func accept(listener net.Listener, connections chan<- net.Conn) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			if spoken, ok := speaking(conn); ok {
				connections <- spoken
			} else {
				conn.Close()
			}
		}()
	}
}

func ask(gateway string) string {
	transport := &http.Transport{DisableKeepAlives: true}
	asker := &http.Client{Transport: transport, Timeout: 15 * time.Second}
	response, err := asker.Get("http://" + gateway + "/")
	if err != nil {
		return "no answer: " + err.Error()
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Sprintf("%d, then cut", response.StatusCode)
	}
	return fmt.Sprint(response.StatusCode)
}

func judge(c *config.Config, tc *spec.ClientTestCase, raw net.Conn) (string, string) {
	conn, err := spec.Accept(c, raw)
	if err != nil {
		return "failed", err.Error()
	}
	err = tc.Run(c, conn)
	if !conn.Closed {
		conn.WriteGoAway(0, 0, nil)
	}
	conn.Close()
	var expected *spec.TestError
	switch {
	case err == nil:
		return "passed", ""
	case err == spec.ErrSkipped:
		return "skipped", ""
	case errors.As(err, &expected):
		return "failed", fmt.Sprintf("%s Expected: %s. Actual: %s.",
			tc.Requirement, strings.Join(expected.Expected, "; "), expected.Actual)
	default:
		return "failed", err.Error()
	}
}

func one(c *config.Config, tc *spec.ClientTestCase, gateway string, arrive <-chan net.Conn) outcome {
	o := outcome{
		Case:        fmt.Sprintf("%s/%d", tc.Parent.ID(), tc.Seq),
		Description: tc.Desc,
		Outcome:     "failed",
		Detail:      "no HTTP/2 connection came within 5 s",
	}
	answered := make(chan string, 1)
	go func() { answered <- ask(gateway) }()
	first := true
	late := time.After(5 * time.Second)
	for {
		select {
		case raw := <-arrive:
			// The gateway may try once more on another connection: the first one decides.
			kind, detail := judge(c, tc, raw)
			if first {
				o.Outcome, o.Detail, first = kind, detail, false
			}
		case o.Answer = <-answered:
			if strings.HasPrefix(o.Answer, "no answer") {
				o.Outcome, o.Detail = "failed", "the gateway's client got "+o.Answer
			}
			return o
		case <-late:
			late = nil
			if first {
				return o
			}
		}
	}
}

func run(c *config.Config, group *spec.ClientTestGroup, gateway string, arrive <-chan net.Conn) {
	for _, tc := range group.Tests {
		line, _ := json.Marshal(one(c, tc, gateway, arrive))
		fmt.Println(string(line))
	}
	for _, g := range group.Groups {
		run(c, g, gateway, arrive)
	}
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "where the gateway's upstream is")
	gateway := flag.String("gateway", "", "where the gateway is")
	cert := flag.String("cert", "", "certificate: then the upstream is TLS")
	key := flag.String("key", "", "its key")
	flag.Parse()

	listener, err := net.Listen("tcp", *listen)
	if err == nil && *cert != "" {
		var pair tls.Certificate
		pair, err = tls.LoadX509KeyPair(*cert, *key)
		listener = tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{pair},
			NextProtos:   []string{"h2"},
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	arrive := make(chan net.Conn, 16)
	go accept(listener, arrive)
	fmt.Println(`{"listening": true}`)
	// Whoever started this says when the gateway is there.
	bufio.NewReader(os.Stdin).ReadString('\n')

	c := &config.Config{Host: "127.0.0.1", Timeout: 2 * time.Second, MaxHeaderLen: 4000}
	run(c, client.Spec(), *gateway, arrive)
}
