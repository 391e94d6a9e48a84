"""Proofing: what is wrong with a letter as it would be issued, found before anybody approves it."""

from reviews.proofing.findings import Finding, Proof
from reviews.proofing.letters import digest_of_all, proof_letters, proofs_of
from reviews.proofing.reading import findings

__all__ = ["Finding", "Proof", "digest_of_all", "findings", "proof_letters", "proofs_of"]
