// Command peer is a workload built on go-spiffe. It takes its identity from a Workload API and, told by lines of JSON on
// its standard input, stands at either end of mutual TLS and makes or judges JWT-SVIDs. Every judgement is go-spiffe's.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/spiffe/go-spiffe/v2/workloadapi"
)

// question is one line from the test. Which fields it needs depends on what it asks.
type question struct {
	ID        int    `json:"id"`
	What      string `json:"what"`
	Authorize string `json:"authorize"`
	URL       string `json:"url"`
	Audience  string `json:"audience"`
	Token     string `json:"token"`
}

// answer is one line to the test.
type answer struct {
	ID    int    `json:"id"`
	Value any    `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
}

// peer holds the sources, which follow the Workload API by themselves.
type peer struct {
	x509 *workloadapi.X509Source
	jwt  *workloadapi.JWTSource
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(endpoint string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	where := workloadapi.WithClientOptions(workloadapi.WithAddr(endpoint))
	x509Source, err := workloadapi.NewX509Source(ctx, where)
	if err != nil {
		return err
	}
	defer x509Source.Close()
	jwtSource, err := workloadapi.NewJWTSource(ctx, where)
	if err != nil {
		return err
	}
	defer jwtSource.Close()
	return (&peer{x509: x509Source, jwt: jwtSource}).serveQuestions()
}

// serveQuestions ends when the test closes the input.
func (p *peer) serveQuestions() error {
	var writing sync.Mutex
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		go func() {
			told := answer{ID: asked.ID}
			value, err := p.answer(asked)
			if err != nil {
				told.Error = err.Error()
			} else {
				told.Value = value
			}
			writing.Lock()
			defer writing.Unlock()
			_ = json.NewEncoder(os.Stdout).Encode(told)
		}()
	}
	return lines.Err()
}

func (p *peer) answer(asked question) (any, error) {
	switch asked.What {
	case "identity":
		return p.identity()
	case "serve":
		return p.serve(asked.Authorize)
	case "call":
		return p.call(asked.URL, asked.Authorize)
	case "jwt":
		return p.fetchToken(asked.Audience)
	case "verifyJwt":
		return p.verifyToken(asked.Token, asked.Audience)
	}
	return nil, fmt.Errorf("nobody here knows %q", asked.What)
}
