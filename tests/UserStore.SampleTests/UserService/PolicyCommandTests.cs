using System.Text.Json;
using global::UserService;
using Microsoft.Extensions.Configuration;

namespace UserStore.SampleTests.UserService;

public sealed class PolicyCommandTests
{
    [Fact]
    public void The_policies_of_all_roles_or_of_the_requested_role_are_written()
    {
        (int? code, string all, _) = Run("policy", "--account", "123456789012", "--region", "eu-central-1", "--prefix", "my-");
        (_, string one, _) = Run("policy", "--account", "123456789012", "--region", "eu-central-1", "--role", "ReadOnly");

        code.Should().Be(0);
        JsonDocument.Parse(all).RootElement.EnumerateObject().Select(role => role.Name).Should().Equal("ReadOnly", "ReadWrite", "Migrations", "Privacy");
        all.Should().Contain("arn:aws:dynamodb:eu-central-1:123456789012:table/my-Users/index/status-index");
        JsonDocument.Parse(one).RootElement.GetProperty("Statement").GetArrayLength().Should().Be(4);
    }

    [Theory]
    [InlineData("AccountId is ''", "--region", "eu-central-1")]
    [InlineData("AccountId is '1'", "--account", "1", "--region", "eu-central-1")]
    [InlineData("Region is ''", "--account", "123456789012")]
    [InlineData("'--nope x' is unknown", "--nope", "x")]
    [InlineData("'--account' is unknown, lacks its value", "--account")]
    [InlineData("given twice", "--account", "123456789012", "--account", "123456789012")]
    [InlineData("The role is 'Admin'", "--account", "123456789012", "--region", "eu-central-1", "--role", "Admin")]
    public void Errors_are_reported_with_the_usage(string message, params string[] args)
    {
        (int? code, string output, string error) = Run(["policy", .. args]);

        (code, output).Should().Be((2, ""));
        error.Should().Contain(message).And.Contain("Usage: policy --account");
    }

    [Fact]
    public void The_policies_permit_what_the_settings_of_the_service_require()
    {
        using StringWriter output = new(), error = new();
        IConfiguration settings = Settings(("UserStore:TableNamePrefix", "mine-"), ("UserStore:PointInTimeRecovery", "true"), ("UserStore:Tags:team", "x"));

        PolicyCommand.TryRun(["policy", "--account", "123456789012", "--region", "eu-central-1"], settings, output, error);

        output.ToString().Should().Contain("table/mine-Users").And.Contain("UpdateContinuousBackups").And.Contain("ListTagsOfResource");
        error.ToString().Should().BeEmpty();
    }

    [Fact]
    public void A_setting_that_is_not_valid_is_reported()
    {
        using StringWriter output = new(), error = new();

        int? code = PolicyCommand.TryRun(
            ["policy", "--account", "123456789012", "--region", "eu-central-1"], Settings(("UserStore:Region", "mars")), output, error);

        (code, output.ToString()).Should().Be((2, ""));
        error.ToString().Should().Contain("Region is 'mars'");
    }

    [Fact]
    public void Other_arguments_are_passed_to_the_service() => Run("--urls", "http://127.0.0.1:0").Code.Should().BeNull();

    private static (int? Code, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        return (PolicyCommand.TryRun(args, Settings(), output, error), output.ToString(), error.ToString());
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
}
