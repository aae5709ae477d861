using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Compliance.Classification;

namespace UserStore.Modeling;

/// <summary>Determines how the properties of a user type are classified.</summary>
/// <remarks>What generated code declares of a type leaves classifications out, because only logs and exports need them.</remarks>
internal sealed class PropertyClassifications
{
    // By name, because the core does not depend on Identity. The second one derives from the first one.
    private const string PersonalData = "Microsoft.AspNetCore.Identity.PersonalDataAttribute";
    private const string ProtectedPersonalData = "Microsoft.AspNetCore.Identity.ProtectedPersonalDataAttribute";

    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)]
    private readonly Type _type;
    private readonly UserTypeDescription? _described;
    private readonly Lazy<Dictionary<string, DataClassification[]>> _byName;

    public PropertyClassifications(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type, UserTypeDescription? described)
    {
        (_type, _described) = (type, described);
        _byName = new Lazy<Dictionary<string, DataClassification[]>>(Read);
    }

    /// <summary>Returns the classifications of a property; none if nothing classifies it.</summary>
    public IReadOnlyList<DataClassification> Of(string property) => _byName.Value.GetValueOrDefault(property, []);

    private Dictionary<string, DataClassification[]> Read()
    {
        ParameterInfo[] parameters = StoredMembers.ParametersOf(_type);
        var found = new Dictionary<string, DataClassification[]>(StringComparer.Ordinal);
        // The properties of derived types come first.
        foreach (PropertyInfo property in StoredMembers.PropertiesOf(_type))
        {
            found.TryAdd(property.Name, Find(
                property, Array.Find(parameters, parameter => string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase))));
        }

        return found;
    }

    private DataClassification[] Find(PropertyInfo property, ParameterInfo? parameter)
    {
        if (_described?.Classifications.TryGetValue(property.Name, out List<DataClassification>? described) == true)
            return [.. described.Distinct()];
        IEnumerable<Attribute> attributes = Attribute.GetCustomAttributes(property);
        if (parameter is not null)
            attributes = attributes.Concat(parameter.GetCustomAttributes());
        DataClassification[] own = OfAttributes([.. attributes, .. TypesIn(property.PropertyType).SelectMany(type => type.GetCustomAttributes())]);
        return own.Length > 0 ? own : [.. attributes.Select(OfIdentity).OfType<DataClassification>().Take(1)];
    }

    private static DataClassification[] OfAttributes(IEnumerable<Attribute> attributes)
        => [.. attributes.OfType<DataClassificationAttribute>().Select(attribute => attribute.Classification).Distinct()];

    // A whole type can be classified. A list is classified as its elements are.
    private static IEnumerable<Type> TypesIn(Type type)
    {
        IEnumerable<Type> inner = type.HasElementType ? TypesIn(type.GetElementType()!) : type.GetGenericArguments().SelectMany(TypesIn);
        return inner.Append(type);
    }

    private static DataClassification? OfIdentity(Attribute attribute)
    {
        for (Type? type = attribute.GetType(); type is not null; type = type.BaseType)
        {
            if (type.FullName == ProtectedPersonalData)
                return UserDataTaxonomy.Sensitive;
            if (type.FullName == PersonalData)
                return UserDataTaxonomy.Personal;
        }

        return null;
    }
}
