package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/spiffetls/tlsconfig"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
)

// called is what an answered call told.
type called struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
	// Server is the SPIFFE ID of who answered.
	Server string `json:"server"`
}

func (p *peer) identity() (any, error) {
	svid, err := p.x509.GetX509SVID()
	if err != nil {
		return nil, err
	}
	return map[string]string{"id": svid.ID.String()}, nil
}

// serve listens on loopback for as long as the process lives, and answers who called.
func (p *peer) serve(authorize string) (any, error) {
	caller, err := spiffeid.FromString(authorize)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{
		TLSConfig: tlsconfig.MTLSServerConfig(p.x509, p.x509, tlsconfig.AuthorizeID(caller)),
		Handler: http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
			id, err := x509svid.IDFromCert(request.TLS.PeerCertificates[0])
			if err != nil {
				http.Error(response, err.Error(), http.StatusInternalServerError)
				return
			}
			_ = json.NewEncoder(response).Encode(map[string]string{"caller": id.String()})
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	return map[string]int{"port": listener.Addr().(*net.TCPAddr).Port}, nil
}

// call makes one call on a connection of its own.
func (p *peer) call(url, authorize string) (any, error) {
	expected, err := spiffeid.FromString(authorize)
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Timeout: 10 * time.Second,
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   tlsconfig.MTLSClientConfig(p.x509, p.x509, tlsconfig.AuthorizeID(expected)),
		},
	}
	response, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	id, err := x509svid.IDFromCert(response.TLS.PeerCertificates[0])
	if err != nil {
		return nil, err
	}
	return called{Status: response.StatusCode, Body: string(body), Server: id.String()}, nil
}
