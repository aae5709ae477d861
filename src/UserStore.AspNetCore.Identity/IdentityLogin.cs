using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <summary>An external login of a user, as it is stored.</summary>
public sealed record IdentityLogin
{
    /// <summary>Gets or sets the provider, such as <c>Google</c>.</summary>
    [DynamoDBProperty("provider")]
    public string LoginProvider { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets the key by which the provider identifies the user.</summary>
    [DynamoDBProperty("key")]
    public string ProviderKey { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets the name of the provider for people.</summary>
    [DynamoDBProperty("name")]
    public string? ProviderDisplayName { get; set; }

    // The store refuses an empty key: a login without a provider or a key identifies nobody.
    internal string Key => LoginProvider.Length == 0 || ProviderKey.Length == 0 ? "" : IdentityKey.Of(LoginProvider, ProviderKey);

    internal UserLoginInfo ToLogin() => new(LoginProvider, ProviderKey, ProviderDisplayName);
}
