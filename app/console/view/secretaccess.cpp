// SPDX-License-Identifier: Apache-2.0
#include "console/view/secretaccess.h"

#include "console/view/secretinput.h"

#include <QAccessibleObject>
#include <QQuickWindow>

namespace holdfast {

namespace {

class SecretAccess final : public QAccessibleObject, public QAccessibleActionInterface
{
public:
    explicit SecretAccess(SecretInput *field)
        : QAccessibleObject(field)
    {
    }

    [[nodiscard]] QWindow *window() const override { return field()->window(); }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::EditableText; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] QAccessibleInterface *child(int) const override { return nullptr; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface *) const override { return -1; }
    [[nodiscard]] QString text(QAccessible::Text text) const override { return text == QAccessible::Name ? field()->spoken() : QString(); }
    [[nodiscard]] QAccessibleInterface *parent() const override;
    [[nodiscard]] QRect rect() const override;
    [[nodiscard]] QAccessible::State state() const override;
    [[nodiscard]] void *interface_cast(QAccessible::InterfaceType type) override;
    [[nodiscard]] QStringList actionNames() const override { return {setFocusAction()}; }
    void doAction(const QString &name) override;
    [[nodiscard]] QStringList keyBindingsForAction(const QString &) const override { return {}; }

private:
    [[nodiscard]] SecretInput *field() const { return static_cast<SecretInput *>(object()); }
};

QAccessibleInterface *SecretAccess::parent() const
{
    const auto *window = field()->window();
    for (auto *item = field()->parentItem(); item != nullptr; item = item->parentItem()) {
        if (window != nullptr && item == window->contentItem())
            break;
        // Items that say nothing of themselves stand in nobody's tree.
        if (auto *interface = QAccessible::queryAccessibleInterface(item))
            return interface;
    }
    return window == nullptr ? nullptr : QAccessible::queryAccessibleInterface(field()->window());
}

QRect SecretAccess::rect() const
{
    const auto topLeft = field()->mapToGlobal(QPointF(0, 0));
    return QRectF(topLeft, field()->size()).toRect();
}

QAccessible::State SecretAccess::state() const
{
    QAccessible::State state;
    state.passwordEdit = true;
    state.editable = true;
    state.focusable = field()->activeFocusOnTab();
    state.focused = field()->hasActiveFocus();
    state.disabled = !field()->isEnabled();
    state.invisible = !field()->isVisible();
    return state;
}

void *SecretAccess::interface_cast(QAccessible::InterfaceType type)
{
    // No TextInterface, no EditableTextInterface, no ValueInterface: nothing can be read out, or put in.
    return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface *>(this) : nullptr;
}

void SecretAccess::doAction(const QString &name)
{
    if (name == setFocusAction())
        field()->forceActiveFocus(Qt::OtherFocusReason);
}

QAccessibleInterface *describe(const QString &, QObject *object)
{
    auto *field = qobject_cast<SecretInput *>(object);
    return field == nullptr ? nullptr : new SecretAccess(field);
}

} // namespace

void installSecretAccess()
{
    QAccessible::installFactory(describe);
}

} // namespace holdfast
