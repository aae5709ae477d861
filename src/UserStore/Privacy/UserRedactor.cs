using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Compliance.Classification;
using Microsoft.Extensions.Compliance.Redaction;
using UserStore.Modeling;

namespace UserStore.Privacy;

/// <summary>Prepares users for logs: redacts each value as its classification requires.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
/// <remarks>
/// <para>
/// <c>AddUserStore</c> registers it, with the <see cref="IRedactorProvider"/> of the container, if there is one (<c>AddRedaction</c> of
/// <c>Microsoft.Extensions.Compliance.Redaction</c>). Besides <see cref="DataClassificationAttribute"/>, on which <c>[LogProperties]</c> of
/// <c>Microsoft.Extensions.Telemetry.Abstractions</c> relies, it honors the attributes of ASP.NET Core Identity and
/// <see cref="UserTypeBuilder{TUser}.Classified{TValue}"/>.
/// </para>
/// <para>
/// Without a classification, a key counts as <see cref="UserDataTaxonomy.Identifier"/>, version and times that the store maintains as
/// <see cref="DataClassification.None"/>, and every other property as <see cref="DataClassification.Unknown"/>, which is redacted as well.
/// </para>
/// </remarks>
public sealed class UserRedactor<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    private static readonly DataClassificationSet None = DataClassification.None;

    private readonly UserModel _model;
    private readonly IRedactorProvider? _redactors;

    /// <summary>Initializes a new instance of the <see cref="UserRedactor{TUser}"/> class.</summary>
    /// <param name="redactors">Returns the redactor of each classification; without one, classified values are left out.</param>
    /// <param name="options">The options of the store, which can describe the type; the defaults if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a valid table.</exception>
    public UserRedactor(IRedactorProvider? redactors = null, UserStoreOptions? options = null)
    {
        _redactors = redactors;
        _model = UserModel.For<TUser>(options ?? new UserStoreOptions());
        Classifications = _model.Properties.ToDictionary(
            property => property.Name, property => new DataClassificationSet(_model.ClassificationsOf(property)), StringComparer.Ordinal);
    }

    /// <summary>Gets the classifications of the stored properties, by name.</summary>
    /// <value>A property that nothing classifies has <see cref="DataClassification.Unknown"/>.</value>
    public IReadOnlyDictionary<string, DataClassificationSet> Classifications { get; }

    /// <summary>Returns the stored properties of a user with redacted values.</summary>
    /// <param name="user">The user.</param>
    /// <returns>Names and values, as loggers take them as state and as scope: for example
    /// <c>logger.BeginScope(redactor.Redact(user))</c>. <c>ToString()</c> returns them on one line.</returns>
    public IReadOnlyList<KeyValuePair<string, object?>> Redact(TUser user)
    {
        ArgumentNullException.ThrowIfNull(user);

        var redacted = new RedactedUser();
        foreach (MappedProperty property in _model.Properties)
        {
            DataClassificationSet classifications = Classifications[property.Name];
            object? value = property.GetValue(user);
            if (classifications.Equals(None))
                redacted.Add(new(property.Name, value));
            else if (_redactors is not null)
                redacted.Add(new(property.Name, value is null ? null : _redactors.GetRedactor(classifications).Redact(ToText(value))));
        }

        return redacted;
    }

    private static string ToText(object value) => value switch
    {
        string text => text,
        IFormattable formattable => formattable.ToString(format: null, CultureInfo.InvariantCulture),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(item => item is null ? "" : ToText(item)))}]",
        _ => value.ToString() ?? "",
    };

    private sealed class RedactedUser : List<KeyValuePair<string, object?>>
    {
        public override string ToString() => $"{typeof(TUser).Name} {{ {string.Join(", ", this.Select(property => $"{property.Key} = {property.Value}"))} }}";
    }
}
