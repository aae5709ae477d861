using Amazon.CDK;
using Amazon.CDK.AWS.Lambda;
using Infrastructure;

// The published code of the functions; README.md has the command.
string code = System.Environment.GetEnvironmentVariable("FUNCTIONS_PATH")
    ?? Path.Combine(AppContext.BaseDirectory, "../../../../../artifacts/functions");
if (!Directory.Exists(code))
{
    Console.Error.WriteLine($"No published functions were found in '{Path.GetFullPath(code)}'. Publish them first; see README.md.");
    return 1;
}

var app = new App();
bool isProduction = app.Node.TryGetContext("production")?.ToString()?.ToLowerInvariant() == "true"; // a string from -c, a Boolean from cdk.json
_ = new UsersStack(app, "UserStoreSample", Code.FromAsset(code), isProduction);
app.Synth();
return 0;
