"""The parts of the outbound HTTP gateway; the rest of the house imports ``app.gateways.http_client`` alone."""
