using System.Buffers.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace UserStore.DependencyInjection;

/// <summary>Checks the secrets in configuration before they are bound, because the exception of the binder quotes what it cannot convert.</summary>
internal static class SecretSettings
{
    /// <exception cref="OptionsValidationException">A secret is not Base64.</exception>
    public static void Check(string optionsName, IConfiguration configuration)
    {
        IConfigurationSection privacy = configuration.GetSection(nameof(UserStoreOptions.Privacy));
        IEnumerable<IConfigurationSection> secrets =
            [privacy.GetSection(nameof(UserPrivacyOptions.HashKey)), .. configuration.GetSection(nameof(UserStoreOptions.TokenKeys)).GetChildren()];
        string[] failures =
        [
            .. secrets.Where(secret => secret.Value is { } value && !Base64.IsValid(value)).Select(secret =>
                $"UserStoreOptions for {optionsName}: the value of '{secret.Path}' is not Base64. Set 32 random bytes, as 'openssl rand -base64 32' writes "
                + "them."),
        ];
        if (failures.Length > 0)
            throw new OptionsValidationException(optionsName, typeof(UserStoreOptions), failures);
    }
}
