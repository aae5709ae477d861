// Validates the bill of materials of a package: by the schema of CycloneDX 1.6, and against the dependencies that the package declares.
// Usage: node validate-bill.cjs <folder with node_modules> <bill> <nuspec>
const fs = require('fs');
const { createRequire } = require('module');
const [, , modules, billFile, nuspecFile] = process.argv;
const { Spec, Validation } = createRequire(`${modules}/package.json`)('@cyclonedx/cyclonedx-library');

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const text = fs.readFileSync(billFile, 'utf8');
const bill = JSON.parse(text);
const declared = [...fs.readFileSync(nuspecFile, 'utf8').matchAll(/<dependency id="([^"]+)" version="\[?([^"\]]+)/g)].map(match => `${match[1]}@${match[2]}`);

function problemsOf(components) {
  const found = new Set(components.map(component => `${component.name}@${component.version}`));
  const external = components.filter(component => !component.name.startsWith('UserStore'));
  return [
    ...declared.filter(dependency => !found.has(dependency)).map(dependency => `${dependency} is missing`),
    ...external.filter(component => !component.licenses?.length).map(component => `${component.name} has no license`),
    ...external.filter(component => !component.hashes?.some(hash => hash.alg === 'SHA-512')).map(component => `${component.name} has no checksum`),
    ...(bill.metadata.timestamp || bill.serialNumber ? ['The bill differs from build to build'] : []),
  ];
}

(async () => {
  const problems = problemsOf(bill.components);
  const invalid = await validator.validate(text);
  if (invalid !== null)
    problems.push(JSON.stringify(invalid));
  // What the checks are worth: they notice a bill that is not valid, and one that lacks a dependency.
  if (await validator.validate(JSON.stringify({ ...bill, components: [{ name: 'no type' }] })) === null)
    problems.push('The validator accepts a component without a type.');
  if (declared.length === 0 || problemsOf([]).length < declared.length)
    problems.push('A missing dependency is not noticed.');
  console.log(problems.length === 0 ? `${billFile}: ${bill.components.length} components, valid` : problems.join('\n'));
  process.exit(problems.length === 0 ? 0 : 1);
})();
