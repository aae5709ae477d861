using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace UserStore.Tests.DependencyInjection;

public sealed class SecretSettingsTests
{
    private const string Secret = "kept secret";

    [Theory]
    [InlineData("Privacy:HashKey", "the value of 'UserStore:Privacy:HashKey' is not Base64. Set 32 random bytes")]
    [InlineData("TokenKeys:0", "the value of 'UserStore:TokenKeys:0' is not Base64. Set 32 random bytes")]
    public void A_secret_that_is_not_Base64_is_named_and_not_quoted(string setting, string message)
    {
        Exception[] failures = [.. FailuresWith(setting, Secret)];

        failures.Should().AllSatisfy(failure => failure.Should().BeOfType<OptionsValidationException>().Which.Message.Should().Contain(message));
        failures.Should().NotContain(failure => failure.ToString().Contains(Secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Privacy:HashKey", "Privacy.HashKey has 8 bytes, but must have 32.")]
    [InlineData("TokenKeys:0", "TokenKeys has a key that is null or has another length than 32 bytes.")]
    public void A_secret_of_another_length_is_named_and_not_quoted(string setting, string message)
    {
        string secret = Convert.ToBase64String("12345678"u8);

        Exception[] failures = [.. FailuresWith(setting, secret)];

        failures.Should().AllSatisfy(failure => failure.Message.Should().Contain(message));
        failures.Should().NotContain(failure => failure.ToString().Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Secrets_are_bound_from_Base64()
    {
        byte[] key = [.. Enumerable.Repeat((byte)7, 32)];

        using ServiceProvider provider = ProviderOf(new()
        {
            ["UserStore:Privacy:HashKey"] = Convert.ToBase64String(key),
            ["UserStore:TokenKeys:0"] = Convert.ToBase64String(key),
        });

        UserStoreOptions options = provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(User).FullName);
        options.Privacy.HashKey.Should().Equal(key);
        options.TokenKeys.Should().ContainSingle().Which.Should().Equal(key);
    }

    private static IEnumerable<Exception> FailuresWith(string setting, string value)
    {
        using ServiceProvider provider = ProviderOf(new() { [$"UserStore:{setting}"] = value });
        yield return provider.Invoking(one => one.GetRequiredService<IStartupValidator>().Validate()).Should().Throw<Exception>().Which;
        yield return provider.Invoking(one => one.GetRequiredService<IUserStore>()).Should().Throw<Exception>().Which;
    }

    private static ServiceProvider ProviderOf(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddUserStore(new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection("UserStore")).Services.BuildServiceProvider();
}
