using System.Diagnostics;

namespace UserStore.Tests.DependencyInjection;

/// <summary>The client that the environment configures, each case in a separate process.</summary>
public sealed class EnvironmentTests
{
    [Theory]
    [InlineData("http://localhost:4711", null, "http://localhost:4711/ us-east-1")]
    [InlineData("http://localhost:4711", "eu-west-3", "http://localhost:4711/ eu-west-3")]
    [InlineData(null, null, "service us-east-1")]
    [InlineData(null, "eu-west-3", "service eu-west-3")]
    public async Task Endpoint_and_region_come_from_the_environment_and_the_region_has_a_default(string? endpoint, string? region, string expected)
    {
        using Process program = TestProgram.Start(["print-client"], environment =>
        {
            foreach (string name in environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToArray())
                environment.Remove(name);
            environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent";
            environment["AWS_EC2_METADATA_DISABLED"] = "true";
            environment["AWS_REGION"] = region;
            environment["DYNAMODB_ENDPOINT"] = endpoint;
        });

        string output = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();

        output.Trim().Should().Be(expected);
    }
}
