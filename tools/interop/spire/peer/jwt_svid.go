package main

import (
	"context"
	"time"

	"github.com/spiffe/go-spiffe/v2/svid/jwtsvid"
)

func (p *peer) fetchToken(audience string) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	svid, err := p.jwt.FetchJWTSVID(ctx, jwtsvid.Params{Audience: audience})
	if err != nil {
		return nil, err
	}
	return map[string]string{"token": svid.Marshal(), "id": svid.ID.String()}, nil
}

// verifyToken judges with the bundles of the Workload API, in this process: the agent is not asked.
func (p *peer) verifyToken(token, audience string) (any, error) {
	svid, err := jwtsvid.ParseAndValidate(token, p.jwt, []string{audience})
	if err != nil {
		return nil, err
	}
	return map[string]string{"id": svid.ID.String()}, nil
}
