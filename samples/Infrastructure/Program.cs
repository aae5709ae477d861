using Amazon.CDK;
using Amazon.CDK.AWS.Lambda;
using Infrastructure;

// The code of the functions, as `dotnet publish` left it; README.md says how.
string code = System.Environment.GetEnvironmentVariable("FUNCTIONS_PATH")
    ?? Path.Combine(AppContext.BaseDirectory, "../../../../../artifacts/functions");
if (!Directory.Exists(code))
{
    Console.Error.WriteLine($"There is no code of the functions in '{Path.GetFullPath(code)}'. Publish it first, as README.md says.");
    return 1;
}

var app = new App();
_ = new UsersStack(app, "UserStoreSample", Code.FromAsset(code));
app.Synth();
return 0;
