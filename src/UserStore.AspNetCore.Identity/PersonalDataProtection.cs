using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity;

/// <summary>Protects the strings of a user that are marked with <see cref="ProtectedPersonalDataAttribute"/>, its recovery codes, and the values of its
/// tokens, while they are stored.</summary>
internal sealed class PersonalDataProtection(IPersonalDataProtector protector)
{
    /// <summary>Throws if a property that is not a string is marked: it would be stored without protection.</summary>
    public static void Check<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>()
    {
        if (MarkedOf(typeof(TItem)).FirstOrDefault(property => property.PropertyType != typeof(string)) is { } property)
        {
            throw new InvalidOperationException(
                $"{typeof(TItem)}.{property.Name} has [ProtectedPersonalData], but only strings can be protected. Make it a string, or remove the attribute.");
        }
    }

    public void Protect<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>(TItem item)
        where TItem : class
        => Change(item, protector.Protect);

    public void Unprotect<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>(TItem item)
        where TItem : class
        => Change(item, protector.Unprotect);

    private static void Change<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>(TItem item, Func<string?, string?> change)
        where TItem : class
    {
        foreach (PropertyInfo property in Marked<TItem>.Properties)
            property.SetValue(item, Changed((string?)property.GetValue(item), change));
        foreach (IdentityToken token in Marked<TItem>.Tokens?.GetValue(item) as List<IdentityToken> ?? [])
            token.Value = Changed(token.Value, change);
        if (Marked<TItem>.RecoveryCodes?.GetValue(item) is List<string> codes)
            Marked<TItem>.RecoveryCodes.SetValue(item, codes.ConvertAll(code => change(code) ?? ""));
    }

    private static string? Changed(string? value, Func<string?, string?> change) => value is null ? null : change(value);

    private static IEnumerable<PropertyInfo> MarkedOf([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
        => type.GetProperties().Where(property => property.CanWrite
            && property.IsDefined(typeof(ProtectedPersonalDataAttribute), inherit: true)
            && !property.IsDefined(typeof(DynamoDBIgnoreAttribute), inherit: true));

    private static class Marked<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>
    {
        public static PropertyInfo[] Properties { get; } = [.. MarkedOf(typeof(TItem))];

        public static PropertyInfo? Tokens { get; } = typeof(TItem).GetProperty(nameof(DynamoDbIdentityUser.Tokens));

        public static PropertyInfo? RecoveryCodes { get; } = typeof(TItem).GetProperty(nameof(DynamoDbIdentityUser.RecoveryCodes));
    }
}
