using System.Diagnostics;
using UserStore.Testing;

namespace UserStore.Tests.DependencyInjection;

/// <summary>The client that the environment configures, each case in a separate process.</summary>
public sealed class EnvironmentTests
{
    private const string UserStoreEndpoint = "DYNAMODB_ENDPOINT";
    private const string DynamoDbEndpoint = "AWS_ENDPOINT_URL_DYNAMODB";
    private const string SdkEndpoint = "AWS_ENDPOINT_URL";
    private const string IgnoreSdkEndpoints = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

    [Theory]
    [InlineData("http://localhost:4711/ us-east-1", UserStoreEndpoint, "http://localhost:4711")]
    [InlineData("http://localhost:4711/ eu-west-3", UserStoreEndpoint, "http://localhost:4711", "AWS_REGION", "eu-west-3")]
    [InlineData("https://dynamodb.us-east-1.amazonaws.com/ us-east-1")]
    [InlineData("https://dynamodb.eu-west-3.amazonaws.com/ eu-west-3", "AWS_REGION", "eu-west-3")]
    [InlineData("http://localhost:4712/ us-east-1", DynamoDbEndpoint, "http://localhost:4712")]
    [InlineData("http://localhost:4713/ us-east-1", SdkEndpoint, "http://localhost:4713")]
    [InlineData("http://localhost:4712/ us-east-1", DynamoDbEndpoint, "http://localhost:4712", SdkEndpoint, "http://localhost:4713")]
    [InlineData("http://localhost:4711/ us-east-1", UserStoreEndpoint, "http://localhost:4711", DynamoDbEndpoint, "http://localhost:4712")]
    [InlineData("http://vpce.example:4712/ eu-west-3", DynamoDbEndpoint, "http://vpce.example:4712", "AWS_REGION", "eu-west-3")]
    [InlineData("https://dynamodb.us-east-1.amazonaws.com/ us-east-1", DynamoDbEndpoint, "http://localhost:4712", IgnoreSdkEndpoints, "true")]
    [InlineData(
        "http://localhost:4711/ us-east-1", UserStoreEndpoint, "http://localhost:4711", DynamoDbEndpoint, "http://localhost:4712", IgnoreSdkEndpoints, "true")]
    public async Task Endpoint_and_region_come_from_the_environment_and_the_region_has_a_default(string expected, params string[] variables)
    {
        (await RunAsync(["print-client"], variables)).Should().Be(expected);
    }

    [Theory]
    [InlineData(UserStoreEndpoint)]
    [InlineData(DynamoDbEndpoint)]
    [InlineData(SdkEndpoint)]
    public async Task A_server_on_this_machine_needs_no_credentials_whichever_variable_names_it(string variable)
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();

        (await RunAsync(["find-user", "environment-"], [variable, server.Endpoint.ToString()])).Should().Be("none");
    }

    [Theory]
    [InlineData(UserStoreEndpoint, "DYNAMODB_ENDPOINT is 'localhost:4711'")]
    [InlineData(DynamoDbEndpoint, "The endpoint that AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL or the AWS profile sets is 'localhost:4711'")]
    public async Task An_address_that_is_not_valid_is_reported_with_what_sets_it(string variable, string expected)
    {
        using Process program = Start(["find-user", "environment-"], [variable, "localhost:4711"]);

        string errors = await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();

        errors.Should().Contain(expected).And.Contain("must be an absolute http or https address");
    }

    [Fact]
    public async Task LocalDynamoDb_connects_to_a_server_on_this_machine_that_the_SDK_is_configured_to_use()
    {
        (await RunAsync(["print-server"], [DynamoDbEndpoint, "http://localhost:4712"])).Should().Be(
            "http://localhost:4712/, the server at http://localhost:4712/ that the configuration of the AWS SDK specifies");
        (await RunAsync(["print-server"], [SdkEndpoint, "https://vpce.example"])).Should().StartWith("http://127.0.0.1:").And.Contain("dynoxide");
    }

    private static async Task<string> RunAsync(string[] command, string[] variables)
    {
        using Process program = Start(command, variables);
        string output = await program.StandardOutput.ReadToEndAsync();
        string errors = await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();
        errors.Should().BeEmpty();
        return output.Trim();
    }

    private static Process Start(string[] command, string[] variables) => TestProgram.Start(command, environment =>
    {
        foreach (string name in environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToArray())
            environment.Remove(name);
        environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent";
        environment["AWS_EC2_METADATA_DISABLED"] = "true";
        environment.Remove(UserStoreEndpoint);
        foreach (string[] variable in variables.Chunk(2))
            environment[variable[0]] = variable[1];
    });
}
