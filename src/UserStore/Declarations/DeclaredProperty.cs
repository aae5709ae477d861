using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace UserStore.Declarations;

/// <summary>A property of a user type with the attributes that a store reads, so that it need not search for them by reflection when it starts. For code
/// that the source generator writes.</summary>
/// <param name="declaringType">The user type.</param>
/// <param name="name">The name.</param>
/// <param name="type">The type.</param>
/// <param name="get">Gets the value of a user.</param>
/// <param name="set">Sets the value of a user.</param>
/// <param name="attributes">The attributes of the SDK and of this library.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class DeclaredProperty(
    Type declaringType, string name, Type type, Func<object, object?> get, Action<object, object?> set, params Attribute[] attributes)
    : PropertyInfo
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override Type PropertyType => type;

    /// <inheritdoc/>
    public override Type DeclaringType => declaringType;

    /// <inheritdoc/>
    public override Type ReflectedType => declaringType;

    /// <inheritdoc/>
    public override PropertyAttributes Attributes => PropertyAttributes.None;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    internal IReadOnlyList<Attribute> Marks => attributes;

    /// <inheritdoc/>
    public override object? GetValue(object? obj, BindingFlags invokeAttr, Binder? binder, object?[]? index, CultureInfo? culture)
    {
        ArgumentNullException.ThrowIfNull(obj);
        try
        {
            return get(obj);
        }
        catch (Exception failure)
        {
            throw new TargetInvocationException(failure); // as reflection does
        }
    }

    /// <inheritdoc/>
    public override void SetValue(object? obj, object? value, BindingFlags invokeAttr, Binder? binder, object?[]? index, CultureInfo? culture)
    {
        ArgumentNullException.ThrowIfNull(obj);
        try
        {
            set(obj, value);
        }
        catch (Exception failure)
        {
            throw new TargetInvocationException(failure);
        }
    }

    /// <inheritdoc/>
    public override object[] GetCustomAttributes(bool inherit) => [.. attributes];

    /// <inheritdoc/>
    public override object[] GetCustomAttributes(Type attributeType, bool inherit) => [.. attributes.Where(attributeType.IsInstanceOfType)];

    /// <inheritdoc/>
    public override bool IsDefined(Type attributeType, bool inherit) => Array.Exists(attributes, attributeType.IsInstanceOfType);

    /// <inheritdoc/>
    public override MethodInfo[] GetAccessors(bool nonPublic) => [];

    /// <inheritdoc/>
    public override MethodInfo? GetGetMethod(bool nonPublic) => null;

    /// <inheritdoc/>
    public override MethodInfo? GetSetMethod(bool nonPublic) => null;

    /// <inheritdoc/>
    public override ParameterInfo[] GetIndexParameters() => [];
}
