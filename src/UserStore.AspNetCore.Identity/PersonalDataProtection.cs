using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;
using UserStore.Modeling;

namespace UserStore.AspNetCore.Identity;

/// <summary>Protects the stored strings of a user that are marked with <see cref="ProtectedPersonalDataAttribute"/>, its recovery codes, and the values of
/// its tokens, while they are stored.</summary>
internal sealed class PersonalDataProtection
{
    private readonly MappedProperty[] _marked;
    private readonly MappedProperty _codes;
    private readonly MappedProperty _tokens;
    private readonly IPersonalDataProtector _protector;

    /// <exception cref="InvalidOperationException">A marked property is not a string.</exception>
    public PersonalDataProtection(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type userType,
        IReadOnlyList<MappedProperty> properties,
        IPersonalDataProtector protector)
    {
        _protector = protector;
        string[] marked = [.. StoredMembers.PropertiesOf(userType)
            .Where(member => Attribute.IsDefined(member, typeof(ProtectedPersonalDataAttribute), inherit: true)).Select(member => member.Name)];
        _marked = [.. properties.Where(property => marked.Contains(property.Name))];
        if (Array.Find(_marked, property => property.PropertyType != typeof(string)) is { } other)
        {
            throw new InvalidOperationException(
                $"{userType}.{other.Name} has [ProtectedPersonalData], but only strings can be protected. Make it a string, or remove the attribute.");
        }

        _codes = properties.Single(property => property.Name == nameof(DynamoDbIdentityUser.RecoveryCodes));
        _tokens = properties.Single(property => property.Name == nameof(DynamoDbIdentityUser.Tokens));
    }

    public void Protect(object user) => Change(user, _protector.Protect);

    public void Unprotect(object user) => Change(user, _protector.Unprotect);

    private void Change(object user, Func<string?, string?> change)
    {
        foreach (MappedProperty property in _marked)
            property.SetValue(user, Changed((string?)property.GetValue(user)));
        if (_codes.GetValue(user) is List<string> codes)
            _codes.SetValue(user, codes.ConvertAll(code => Changed(code)!));
        foreach (IdentityToken token in _tokens.GetValue(user) as List<IdentityToken> ?? [])
            token.Value = Changed(token.Value);

        string? Changed(string? value) => value is null ? null : change(value);
    }
}
