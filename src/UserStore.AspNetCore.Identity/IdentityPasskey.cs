using System.Buffers.Text;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <summary>A passkey of a user, as it is stored.</summary>
public sealed class IdentityPasskey : IEquatable<IdentityPasskey>
{
    /// <summary>Gets or sets the id of the credential, in Base64 URL.</summary>
    [DynamoDBProperty("id")]
    public string CredentialId { get; set => field = value ?? ""; } = "";

    /// <summary>Gets or sets the public key.</summary>
    [DynamoDBProperty("public_key")]
    public byte[] PublicKey { get; set => field = value ?? []; } = [];

    /// <summary>Gets or sets the name that the user gave.</summary>
    [DynamoDBProperty("name")]
    public string? Name { get; set; }

    /// <summary>Gets or sets when it was created.</summary>
    [DynamoDBProperty("created_at", typeof(InstantConverter))]
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Gets or sets the number of signatures that the authenticator reported last.</summary>
    [DynamoDBProperty("sign_count")]
    public long SignCount { get; set; }

    /// <summary>Gets or sets how the authenticator can be reached.</summary>
    [DynamoDBProperty("transports")]
    public List<string>? Transports { get; set; }

    /// <summary>Gets or sets a value indicating whether the authenticator verified the user.</summary>
    [DynamoDBProperty("is_user_verified")]
    public bool IsUserVerified { get; set; }

    /// <summary>Gets or sets a value indicating whether the passkey can be backed up.</summary>
    [DynamoDBProperty("is_backup_eligible")]
    public bool IsBackupEligible { get; set; }

    /// <summary>Gets or sets a value indicating whether the passkey is backed up.</summary>
    [DynamoDBProperty("is_backed_up")]
    public bool IsBackedUp { get; set; }

    /// <summary>Gets or sets the attestation object.</summary>
    [DynamoDBProperty("attestation_object")]
    public byte[] AttestationObject { get; set => field = value ?? []; } = [];

    /// <summary>Gets or sets the client data, as JSON.</summary>
    [DynamoDBProperty("client_data_json")]
    public byte[] ClientDataJson { get; set => field = value ?? []; } = [];

    /// <summary>Returns whether another passkey has the same values.</summary>
    /// <param name="other">The other passkey.</param>
    /// <returns>Whether it has.</returns>
    public bool Equals(IdentityPasskey? other) => other is not null
        && (CredentialId, Name, CreatedAt, SignCount) == (other.CredentialId, other.Name, other.CreatedAt, other.SignCount)
        && (IsUserVerified, IsBackupEligible, IsBackedUp) == (other.IsUserVerified, other.IsBackupEligible, other.IsBackedUp)
        && IdentityValue.AreEqual(Transports, other.Transports)
        && PublicKey.AsSpan().SequenceEqual(other.PublicKey)
        && AttestationObject.AsSpan().SequenceEqual(other.AttestationObject)
        && ClientDataJson.AsSpan().SequenceEqual(other.ClientDataJson);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IdentityPasskey);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(CredentialId);

    internal static string IdOf(byte[] credentialId) => Base64Url.EncodeToString(credentialId);

    internal static IdentityPasskey Of(UserPasskeyInfo passkey) => new()
    {
        CredentialId = IdOf(passkey.CredentialId),
        PublicKey = passkey.PublicKey,
        Name = passkey.Name,
        CreatedAt = passkey.CreatedAt,
        SignCount = passkey.SignCount,
        Transports = passkey.Transports is { } transports ? [.. transports] : null,
        IsUserVerified = passkey.IsUserVerified,
        IsBackupEligible = passkey.IsBackupEligible,
        IsBackedUp = passkey.IsBackedUp,
        AttestationObject = passkey.AttestationObject,
        ClientDataJson = passkey.ClientDataJson,
    };

    internal UserPasskeyInfo ToPasskey() => new(
        Base64Url.DecodeFromChars(CredentialId), PublicKey, CreatedAt, (uint)SignCount, Transports?.ToArray(), IsUserVerified, IsBackupEligible,
        IsBackedUp, AttestationObject, ClientDataJson)
    {
        Name = Name,
    };
}
