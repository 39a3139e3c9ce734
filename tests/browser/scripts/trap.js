// Leaves a mark where a payload runs, or where only the policy stopped it.
window.hits = 0;
window.pwned = () => { hits += 1; };
document.addEventListener("securitypolicyviolation", (e) => {
  hits += 1;
  console.error("policy", e.blockedURI, e.violatedDirective);
});
